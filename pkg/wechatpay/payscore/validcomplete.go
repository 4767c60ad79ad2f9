package payscore

import (
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// Opened is what a completion is held against: the order as it was created.
type Opened struct {
	// StartTime is OnAccept or a compact time; the real one (Order.TimeRange) when WeChat has told it.
	StartTime string
	// EndTime is empty when the create had none.
	EndTime string
	// StartLocation is empty when the create had none.
	StartLocation string
	// RiskFund is the order's risk amount in fen, RiskFundName its kind.
	RiskFund     money.Fen
	RiskFundName RiskFundName
}

// OpenedBy is the order a create request opens.
func OpenedBy(r CreateRequest) Opened {
	return Opened{StartTime: r.TimeRange.StartTime, EndTime: r.TimeRange.EndTime,
		StartLocation: r.Location.StartLocation, RiskFund: r.RiskFund.Amount, RiskFundName: r.RiskFund.Name}
}

// Validate holds a completion against every rule of §6.1, §6.4 and §10.1, at the moment of the call: do it once, before
// freezing. A total above the cap is above_cap. The error is Terminal and names field and rule.
func (r CompleteRequest) Validate(service merchant.PayScoreService, opened Opened, now time.Time) error {
	return rule.First(
		validParties(r.AppID, r.SubMchID, r.ServiceID),
		validFinalItems(service, r.PostPayments, r.PostDiscounts, r.TotalAmount),
		validCap(service, opened.RiskFundName, opened.RiskFund, r.TotalAmount),
		r.TimeRange.validOnComplete(opened, now),
		r.Location.validOnComplete(opened),
		rule.Optional("goods_tag", r.GoodsTag, 32),
		r.Device.valid(),
		r.validCompleteTime(),
	)
}

// validCompleteTime wants RFC 3339, the profile of ISO 8601 that WeChat itself writes elsewhere (§5.2).
func (r CompleteRequest) validCompleteTime() error {
	if r.CompleteTime == "" {
		return nil
	}
	if r.SubMchID == "" {
		return fault.Invalid("complete_time", "not_allowed", "complete_time exists in partner mode only")
	}
	if _, err := time.Parse(time.RFC3339, r.CompleteTime); err != nil || len(r.CompleteTime) > 64 {
		return fault.Invalid("complete_time", "time_form", "complete_time is ISO 8601 with a zone, at most 64 characters")
	}
	return nil
}

// validFinalItems checks the items and the total of a completion.
func validFinalItems(service merchant.PayScoreService, payments []Payment, discounts []Discount, total money.Fen) error {
	if len(payments) == 0 {
		return fault.Invalid("post_payments", "required", "post_payments is required")
	}
	if service.SmartRetail {
		if err := validSmartRetail(payments); err != nil {
			return err
		}
	}
	return rule.First(validPayments(payments), validNames(payments), validDiscounts(discounts, true), validTotal(total, payments, discounts))
}

func validCap(service merchant.PayScoreService, name RiskFundName, riskFund, total money.Fen) error {
	if service.Cap <= 0 {
		return fault.Invalid("service.cap_fen", "cap_missing", "the cap of the service is not configured")
	}
	if limit := capOf(service, name, riskFund); total > limit {
		return fault.Invalid("total_amount", "above_cap", "total_amount is %d fen, the cap is %d fen", total, limit)
	}
	return nil
}

func (l Location) validOnComplete(opened Opened) error {
	if l.EndLocation != "" && opened.StartLocation == "" {
		return fault.Invalid("location.end_location", "location_start", "end_location is sent only when the create had a start_location")
	}
	return rule.First(
		rule.Absent("location.start_location", l.StartLocation, "is told on create"),
		rule.Optional("location.end_location", l.EndLocation, 50))
}
