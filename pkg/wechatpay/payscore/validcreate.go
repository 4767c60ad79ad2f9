package payscore

import (
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// Validate holds a create against every rule of §6.1, §6.2 and §10.1 for the service, at the moment of the call: do it
// once, before freezing. The error is Terminal and names field and rule, never a value that is not ours.
func (r CreateRequest) Validate(service merchant.PayScoreService, now time.Time) error {
	if r.NeedUserConfirm != service.Confirm {
		return fault.Invalid("need_user_confirm", "confirm_mode", "need_user_confirm is %t for this service", service.Confirm)
	}
	return rule.First(
		ValidOrderNo(r.OutOrderNo),
		r.validMerchant(),
		rule.Required("service_introduction", r.ServiceIntroduction, 20),
		r.validItems(service.SmartRetail),
		r.TimeRange.validOnCreate(now),
		r.Location.validOnCreate(),
		r.RiskFund.valid(service),
		validAttach(r.Attach),
		rule.NotifyURL(r.NotifyURL, maxNotifyURL),
		r.validUser(),
		r.Device.valid(),
	)
}

func (r CreateRequest) validItems(smartRetail bool) error {
	if smartRetail && len(r.PostPayments) > 0 {
		return fault.Invalid("post_payments", "smart_retail_items", "a smart retail order has no items before its completion")
	}
	return rule.First(validPayments(r.PostPayments), validDiscounts(r.PostDiscounts, false))
}

func (l Location) validOnCreate() error {
	if l.EndLocation != "" && l.StartLocation == "" {
		return fault.Invalid("location.end_location", "location_start", "end_location is sent only with start_location")
	}
	return rule.First(rule.Optional("location.start_location", l.StartLocation, 50), rule.Optional("location.end_location", l.EndLocation, 50))
}

// valid checks name by mode and amount by the cap of the service (§6.1).
func (f RiskFund) valid(service merchant.PayScoreService) error {
	switch f.Name {
	case FundEstimate:
	case FundDeposit, FundAdvance, FundCashDeposit:
		if !service.Confirm {
			return fault.Invalid("risk_fund.name", "risk_fund_name", "a no-confirm service has %s only", FundEstimate)
		}
	default:
		return fault.Invalid("risk_fund.name", "risk_fund_name", "the name is not one of the protocol")
	}
	if service.Cap <= 0 {
		return fault.Invalid("service.cap_fen", "cap_missing", "the cap of the service is not configured")
	}
	if f.Amount <= 0 || f.Amount > service.Cap {
		return fault.Invalid("risk_fund.amount", "risk_fund_amount", "%d fen is not within 1 fen and the service's cap of %d fen", f.Amount, service.Cap)
	}
	return rule.Optional("risk_fund.description", f.Description, maxText)
}

// validAttach refuses text that was not encoded: encoding is done once, by EncodeAttach.
func validAttach(attach string) error {
	if err := rule.Optional("attach", attach, maxAttach); err != nil {
		return err
	}
	raw, err := DecodeAttach(attach)
	if err != nil {
		return err
	}
	again, err := EncodeAttach(raw)
	if err != nil || again != attach {
		return fault.Invalid("attach", "attach_encoding", "attach is URL-encoded by EncodeAttach")
	}
	return nil
}

// capOf is the most a final total may be (§6.4): of use-first (先享) orders in refuse mode the cap of the service; of
// deposit-free (先免) orders and in deposit mode the order's own risk fund; never more than the cap.
func capOf(service merchant.PayScoreService, name RiskFundName, riskFund money.Fen) money.Fen {
	if service.RiskMode == merchant.Deposit || name.depositFree() {
		return min(riskFund, service.Cap)
	}
	return service.Cap
}
