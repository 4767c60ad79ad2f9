package payscore

import (
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// SyncRequest is the body of a sync (同步服务订单信息, §6.7): the merchant was paid elsewhere, WeChat stops deducting.
type SyncRequest struct {
	AppID     string `json:"appid,omitempty"`     // absent in partner mode
	SubMchID  string `json:"sub_mchid,omitempty"` // partner mode (§6.12)
	ServiceID string `json:"service_id"`
	// Type is OrderPaid, the only one.
	Type   SyncType   `json:"type"`
	Detail SyncDetail `json:"detail"`
}

// SyncType is what is told.
type SyncType string

// OrderPaid says that the user has paid the order elsewhere.
const OrderPaid SyncType = "Order_Paid"

// SyncDetail is how the order was paid.
type SyncDetail struct {
	// PaidTime is yyyyMMddHHmmss (Compact): documents disagree what a day alone would mean, so a day is refused here.
	PaidTime string `json:"paid_time"`
	// Seq counts payments from 1 and PaidAmount is in fen; both optional, both in partner mode only (§6.12).
	Seq        int        `json:"seq,omitempty"`
	PaidAmount *money.Fen `json:"paid_amount,omitempty"`
}

// PaidTime is the paid_time WeChat takes for a payment of paidAt: its second, or, when that is not later than the complete
// call, the first second that is (§6.7). An error is Terminal when paidAt is later than now, and a Retry that tells how long
// to wait (fault.AfterOf) while that first second has not come.
func (c Completed) PaidTime(paidAt, now time.Time) (string, error) {
	if paidAt.After(now) {
		return "", fault.Invalid("paid_at", "time_future", "a payment is not later than now")
	}
	told := paidAt.Truncate(time.Second)
	if !told.After(c.At) {
		told = c.At.Truncate(time.Second).Add(time.Second)
	}
	if wait := told.Sub(now); wait > 0 {
		return "", fault.RetryAfter(wait, "sync_too_soon", "the complete call was in this very second")
	}
	return Compact(told), nil
}

// Validate holds a sync against §6.7 at the moment of the call: start of service < complete call < paid_time ≤ now. Do it
// once, before freezing. The error is Terminal and names field and rule.
func (r SyncRequest) Validate(completed Completed, now time.Time) error {
	if r.Type != OrderPaid {
		return fault.Invalid("type", "sync_type", "type is %s", OrderPaid)
	}
	return rule.First(
		validParties(r.AppID, r.SubMchID, r.ServiceID),
		r.Detail.validTime(completed.At, now),
		r.validPartnerDetail(completed.Total),
	)
}

// validTime compares whole seconds with the moments themselves: a payment in the very second of the complete call may
// have been before it.
func (d SyncDetail) validTime(completedAt, now time.Time) error {
	if err := rule.Required("detail.paid_time", d.PaidTime, 14); err != nil {
		return err
	}
	at, err := parseField("detail.paid_time", d.PaidTime)
	switch {
	case err != nil:
		return err
	case dayOnly(d.PaidTime):
		return fault.Invalid("detail.paid_time", "time_precision", "paid_time is told by the second")
	case !at.After(completedAt):
		return fault.Invalid("detail.paid_time", "time_past", "paid_time is later than the complete call")
	case at.After(now):
		return fault.Invalid("detail.paid_time", "time_future", "paid_time is not later than the call")
	}
	return nil
}

func (r SyncRequest) validPartnerDetail(owed money.Fen) error {
	if r.SubMchID == "" && (r.Detail.Seq != 0 || r.Detail.PaidAmount != nil) {
		return fault.Invalid("detail", "not_allowed", "seq and paid_amount exist in partner mode only")
	}
	if r.Detail.Seq < 0 {
		return fault.Invalid("detail.seq", "seq_range", "seq counts from 1")
	}
	if a := r.Detail.PaidAmount; a != nil && (*a <= 0 || *a > owed) {
		return fault.Invalid("detail.paid_amount", "paid_amount_range", "%d fen is not within 1 fen and the %d fen owed", *a, owed)
	}
	return nil
}
