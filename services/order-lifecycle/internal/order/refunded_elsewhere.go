package order

import (
	"cmp"
	"slices"
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
	r := Refund{
		OutRefundNo: number, TransactionID: part.TransactionID, Amount: seen.Amount, Total: part.Amount, Excess: min(seen.Amount, t.unowed()),
		State: RefundSucceeded, At: t.env.Now, RefundID: seen.RefundID, RefundedAt: seen.RefundedAt,
	}
	t.Refunds = append(slices.Clone(t.Refunds), r)
	t.RefundedFen += r.Amount
	t.emit(WasRefunded{r})
	return changed
}
