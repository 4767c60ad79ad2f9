package order

import (
	"fmt"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// book is what WeChat does with what the back office asks for.
type book struct {
	*provider
	synced     bool
	after      []string // payments that WeChat took of an order that was paid elsewhere
	refunds    map[string]*booked
	tellRefund func(RefundTold)
	done       map[string]bool // bodies of modify and sync that were carried out
}

type booked struct {
	id, transaction, status string
	amount                  money.Fen
}

func (b *book) land(todo Todo, body []byte) Fact {
	op := todo.Op
	collecting := b.description == "MCH_COMPLETE"
	odd := Answered{Op: op, Verdict: Ask, Reason: "wrong_state"}
	switch op {
	case OpModify:
		var total money.Fen
		_, _ = fmt.Sscanf(string(body), "modify %d", &total)
		switch {
		case collecting && total == b.total && b.dice.one(2), !collecting:
			return odd
		case collecting && total <= b.total && total > b.paid():
			b.total, b.done[string(body)] = total, true
			return b.yes(op)
		}
		return Answered{Op: op, Verdict: Refusal, Reason: "rule"}
	case OpSync:
		if !collecting || b.dice.one(10) {
			return odd
		}
		b.parts = append(b.parts, Collection{Amount: b.total - b.paid(), ByMerchant: true})
		b.state, b.description, b.synced, b.done[string(body)] = "DONE", "", true, true
		if b.dice.one(3) { // a deduction was under way
			b.at(b.dice.within(time.Hour), b.deductAgain)
		}
		return b.yes(op)
	case OpCollect:
		if !collecting || b.dice.one(3) {
			return Answered{Op: op, Verdict: Refusal, Reason: "deduction_failed"}
		}
		b.at(b.dice.within(time.Minute), b.deduct)
		return Answered{Op: op, Verdict: Accepted}
	case OpWithdraw:
		if !collecting || len(b.parts) > 0 || b.dice.one(3) {
			return odd
		}
		b.state, b.description = "REVOKED", ""
		return Answered{Op: op, Verdict: Accepted}
	case OpRefund:
		return b.refund(todo, string(body))
	case OpAskRefund:
		r := b.refunds[todo.Refund]
		if r == nil {
			return RefundAnswered{RequestID: todo.Refund, Op: op, Verdict: Missing}
		}
		return RefundAnswered{RequestID: todo.Refund, Op: op, Verdict: Accepted, Seen: r.seen()}
	}
	return b.provider.land(op, body)
}

// deduct collects the rest, or a part of it first.
func (b *book) deduct() {
	if b.description != "MCH_COMPLETE" {
		return
	}
	part := b.total - b.paid()
	if part > 1 && b.dice.one(4) {
		part /= 2
		b.at(b.dice.within(48*time.Hour), b.deduct)
	}
	b.parts = append(b.parts, Collection{TransactionID: fmt.Sprint("T", len(b.parts)+1), Amount: part})
	if b.paid() < b.total {
		return
	}
	b.state, b.description = "DONE", ""
	for range b.dice(4) {
		s := told(b.seen())
		if b.dice.one(4) {
			s.Parts = nil // entities may be partial (§7.3)
		}
		b.at(b.dice.within(time.Hour), func() { b.tell(s) })
	}
}

func (b *book) deductAgain() {
	id := fmt.Sprint("T", len(b.parts)+1)
	b.parts = append(b.parts, Collection{TransactionID: id, Amount: b.total})
	b.after = append(b.after, id)
	s := told(b.seen())
	b.at(b.dice.within(time.Hour), func() { b.tell(s) })
}

func (b *book) refund(todo Todo, body string) Fact {
	answer := RefundAnswered{RequestID: todo.Refund, Op: todo.Op, Verdict: Accepted}
	if r := b.refunds[todo.Refund]; r != nil {
		answer.Seen = r.seen()
		if b.dice.one(4) {
			answer.Verdict, answer.Seen = Ask, nil
		}
		return answer
	}
	r := &booked{id: todo.Refund, status: "PROCESSING"}
	_, _ = fmt.Sscanf(body, "refund %s %d", &r.transaction, &r.amount)
	left := -r.amount
	for _, c := range b.parts {
		if c.TransactionID == r.transaction {
			left += c.Amount
		}
	}
	for _, other := range b.refunds {
		if other.transaction == r.transaction && other.status != "CLOSED" {
			left -= other.amount
		}
	}
	switch {
	case left < 0:
		answer.Verdict, answer.Reason = Ask, "unexplained"
		return answer
	case b.dice.one(10):
		answer.Verdict, answer.Reason = Refusal, "user_account_abnormal"
		return answer
	}
	b.refunds[todo.Refund] = r
	b.at(b.dice.within(3*time.Hour), func() {
		r.status = []string{"SUCCESS", "SUCCESS", "SUCCESS", "CLOSED"}[b.dice(4)]
		for range b.dice(3) {
			told := RefundTold{RequestID: r.id, Seen: *r.seen()}
			b.at(b.dice.within(time.Hour), func() { b.tellRefund(told) })
		}
	})
	answer.Seen = r.seen()
	return answer
}

func (r *booked) seen() *SeenRefund {
	return &SeenRefund{Status: r.status, RefundID: "W" + r.id, TransactionID: r.transaction, Amount: r.amount}
}
