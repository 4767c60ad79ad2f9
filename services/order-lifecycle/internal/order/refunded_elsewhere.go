package order

import (
	"cmp"
	"slices"
	"strings"
)

// refundedElsewhere takes a refund that we did not ask for, somebody's in the merchant portal. The money of a payment of ours went
// back: it is kept like one of ours, so that no more goes back than came, and a person is told. One that did not go back, or
// that is of no payment we know, is told only. wechat-protocol.md §9.4.
func refundedElsewhere(t *turn, f Fact) effect {
	told, ok := f.(RefundTold)
	if !ok {
		return t.alarm("refund_unknown")
	}
	seen := told.Seen
	number := cmp.Or(told.OutRefundNo, OutRefundNo(t.OutOrderNo, told.RequestID))
	if slices.ContainsFunc(t.Refunds, func(r Refund) bool { return r.OutRefundNo == number }) {
		return nothing
	}
	part, err := t.payment(seen.TransactionID)
	if err != nil || seen.TransactionID == "" || seen.Status != "SUCCESS" || seen.Amount <= 0 {
		return t.alarm("refund_unknown")
	}
	t.alarmOf("refunded_elsewhere", number)
	t.Refunds = slices.Clone(t.Refunds)
	recalled := t.recall()
	r := Refund{
		OutRefundNo: number, TransactionID: part.TransactionID, Amount: seen.Amount, Total: part.Amount, Excess: min(seen.Amount, t.unowed()),
		State: RefundSucceeded, At: t.env.Now, RefundID: seen.RefundID, RefundedAt: seen.RefundedAt,
	}
	t.Refunds = append(t.Refunds, r)
	t.RefundedFen += r.Amount
	t.emit(WasRefunded{r})
	if recalled {
		t.returnExcess()
	}
	return changed
}

// recall ends the refunds of our own that WeChat cannot have taken yet: somebody else gives back, and what is then still owed to the
// customer begins anew. One that may be on its way stays.
func (t *turn) recall() (some bool) {
	for i := range t.Refunds {
		r := &t.Refunds[i]
		if r.State == RefundSending && strings.HasPrefix(r.RequestID, auto) && r.TriedAt.IsZero() && r.Request.DoubtAt.IsZero() && r.Request.SentAt.IsZero() {
			r.State, r.Failure, r.Todo = RefundRefused, "refunded_elsewhere", Todo{}
			t.emit(RefundFailed{*r})
			some = true
		}
	}
	return some
}
