package order

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// RefundState is where a refund stands for us.
type RefundState string

// The states of a refund.
const (
	// RefundSending: the request is saved and may have been sent.
	RefundSending RefundState = "SENDING"
	// RefundProcessing: WeChat took it: minutes for a wallet, days for a card.
	RefundProcessing RefundState = "PROCESSING"
	// RefundAbnormal: the money cannot be credited; someone must handle it at WeChat. It may still succeed.
	RefundAbnormal RefundState = "ABNORMAL"
	// RefundSucceeded: the money is back. Final.
	RefundSucceeded RefundState = "SUCCEEDED"
	// RefundClosed: WeChat closed it without refunding; a new try needs a new number. Final.
	RefundClosed RefundState = "CLOSED"
	// RefundRefused: WeChat never took it. Final.
	RefundRefused RefundState = "REFUSED"
)

// Final reports whether nothing but a proof of success moves the refund any more.
func (s RefundState) Final() bool {
	return s == RefundSucceeded || s == RefundClosed || s == RefundRefused
}

// Refund is one refund of one payment.
type Refund struct {
	// RequestID is the back office's number, auto-… for our own, empty for a refund that was made outside facepay.
	RequestID string
	// OutRefundNo is the number of a refund that was made outside; empty for others, whose number is made of RequestID.
	OutRefundNo   string
	TransactionID string
	// Amount goes back, of the Total of the payment.
	Amount, Total money.Fen
	// Excess is how much of Amount nobody owed when the refund was begun; the rest lowers what the customer pays.
	Excess money.Fen
	Reason string
	State  RefundState
	// Failure says why it did not reach the customer, snake_case.
	Failure string
	At      time.Time
	Request Request
	Todo    Todo
	// TriedAt is when a send ended last that WeChat may have carried out; zero before.
	TriedAt time.Time
	// Missing counts the answers that WeChat does not know the payment (yet).
	Missing int
	// RefundID is WeChat's number, RefundedAt WeChat's time of success.
	RefundID   string
	RefundedAt time.Time
}

// auto begins the request_id of a refund of our own; the back office cannot use it.
const auto = "auto-"

// refundMark stands between out_order_no and request_id in out_refund_no: WeChat allows it there and not in an order's
// number (wechat-protocol.md §9.1, §10.1), so a refund's number names its order.
const refundMark = "@"

// OutRefundNo is the number of a refund at WeChat.
func OutRefundNo(outOrderNo, requestID string) string { return outOrderNo + refundMark + requestID }

// Number is the refund's number at WeChat.
func (r Refund) Number(outOrderNo string) string {
	if r.OutRefundNo != "" {
		return r.OutRefundNo
	}
	return OutRefundNo(outOrderNo, r.RequestID)
}

// SplitRefundNo takes an out_refund_no of ours apart; false for another's.
func SplitRefundNo(outRefundNo string) (outOrderNo, requestID string, ok bool) {
	outOrderNo, requestID, ok = strings.Cut(outRefundNo, refundMark)
	return outOrderNo, requestID, ok && outOrderNo != "" && requestID != ""
}

// unseenPayments bounds how often a payment that WeChat does not see yet is tried again (wechat-protocol.md §9.2).
const unseenPayments = 6

// refund accepts a refund of a paid order.
func refund(t *turn, f Fact) effect {
	if t.PaidFen == 0 { // of an order that is closed for us, what was collected all the same can go back
		return notYet(t, f)
	}
	asked := f.(RefundAsked)
	part, err := t.payment(asked.TransactionID)
	if err != nil {
		return t.reject(err)
	}
	if err := t.refundable(part, asked.Amount); err != nil {
		return t.reject(err)
	}
	r := Refund{
		RequestID: asked.RequestID, TransactionID: part.TransactionID, Amount: asked.Amount, Total: part.Amount,
		Excess: min(asked.Amount, t.unowed()), Reason: asked.Reason,
	}
	body, err := t.env.Scribe.Refund(t.Order, r, t.env.Now)
	if err != nil {
		return t.reject(err)
	}
	t.accept()
	return t.sendRefund(r, body)
}

// startRefund begins a refund of our own.
func (t *turn) startRefund(r Refund) {
	body, err := t.env.Scribe.Refund(t.Order, r, t.env.Now)
	if err != nil {
		t.alarm("auto_refund_impossible")
		return
	}
	t.sendRefund(r, body)
}

// sendRefund plans the send, apart from the one before of the same payment.
func (t *turn) sendRefund(r Refund, body []byte) effect {
	at := t.apart(r, t.env.Now)
	r.State, r.At, r.Request = RefundSending, at, Request{Body: body}
	r.Todo = Todo{Op: OpRefund, At: at, Refund: r.RequestID}
	t.Refunds = append(slices.Clone(t.Refunds), r)
	return changed
}

// apart is the moment from at on when a refund may be sent: refunds of one payment are a minute apart at WeChat
// (wechat-protocol.md §9.1), counted from the last send that may have been carried out.
func (t *turn) apart(r Refund, at time.Time) time.Time {
	for _, other := range t.Refunds {
		if other.TransactionID != r.TransactionID || other.RequestID == r.RequestID {
			continue
		}
		last := other.TriedAt
		if r.At.IsZero() && other.At.After(last) { // a new one comes behind those that wait
			last = other.At
		}
		if next := last.Add(t.env.Timers.RefundApart); next.After(at) {
			at = next
		}
	}
	return at
}

// tried notes that a send of a refund ended which WeChat may have carried out just now, and puts off the others of its
// payment.
func (t *turn) tried(r *Refund) {
	r.TriedAt = t.env.Now
	for i := range t.Refunds {
		if other := &t.Refunds[i]; other.Todo.Op == OpRefund && other.RequestID != r.RequestID {
			other.Todo.At = t.apart(*other, other.Todo.At)
		}
	}
}

// payment finds what is to be refunded. What the merchant collected by other means is not WeChat's to give back.
func (t *turn) payment(transactionID string) (Collection, error) {
	var found []Collection
	for _, c := range t.Collections {
		if !c.ByMerchant && c.TransactionID != "" && (transactionID == "" || c.TransactionID == transactionID) {
			found = append(found, c)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Collection{}, fault.Invalid("transaction_id", "transaction_ambiguous", "is required: the order has %d payments", len(found))
	case transactionID == "" && slices.ContainsFunc(t.Collections, func(c Collection) bool { return !c.ByMerchant }):
		return Collection{}, fault.New(fault.Terminal, "payment_unnumbered", "WeChat shows no transaction_id of what it collected: refund it in the merchant portal")
	case transactionID == "":
		return Collection{}, fault.New(fault.Terminal, "nothing_to_refund", "WeChat collected nothing of this order")
	}
	return Collection{}, fault.Invalid("transaction_id", "transaction_unknown", "is no payment by WeChat of this order")
}

// refundable holds that no more goes back than came (I9). Number, spacing and window are the Scribe's and the timers'.
func (t *turn) refundable(part Collection, amount money.Fen) error {
	left := part.Amount - t.Returning(part.TransactionID)
	switch {
	case amount <= 0:
		return fault.Invalid("amount_fen", "refund_amount", "must be above 0")
	case amount > left:
		return fault.Invalid("amount_fen", "refund_exceeds", "is %d, %d of the payment are left", amount, left)
	}
	return nil
}

// Returning is what of a payment went back, or may still go: refunds that failed for good do not count.
func (o *Order) Returning(transactionID string) money.Fen {
	var sum money.Fen
	for _, r := range o.Refunds {
		if r.TransactionID == transactionID && !r.failed() {
			sum += r.Amount
		}
	}
	return sum
}

// failed reports that the money did not go and will not.
func (r Refund) failed() bool { return r.State == RefundClosed || r.State == RefundRefused }

// refund finds a refund by its request_id; nil when there is none.
func (o *Order) refund(requestID string) *Refund {
	for i := range o.Refunds {
		if o.Refunds[i].RequestID == requestID {
			return &o.Refunds[i]
		}
	}
	return nil
}

func (t *turn) autoID() string { return fmt.Sprintf("%s%d", auto, len(t.Refunds)+1) }
