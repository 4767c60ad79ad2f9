// Package account holds what WeChat Pay knows of its merchants before any order: keys, bound appids, PayScore services.
package account

import (
	"crypto/rsa"
	"slices"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/bill"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// Merchant is one merchant number (商户号) with its keys and services.
type Merchant struct {
	MchID string
	// AppIDs are bound to the merchant number.
	AppIDs []string
	// Serial is the serial of the merchant API certificate (商户API证书序列号), 40 hex digits.
	Serial string
	// PublicKey verifies what the merchant signs.
	PublicKey *rsa.PublicKey
	// APIv2Key has 32 characters, APIv3Key 32 bytes. Without APIv3Key WeChat sends no callbacks at all.
	APIv2Key, APIv3Key Secret
	// Ring is what WeChat signs with for this merchant.
	Ring     *signing.Ring
	Services []Service
	// SubMerchants make the merchant a partner (服务商).
	SubMerchants []SubMerchant
	// RefundNotifyURL is the portal setting for refunds whose request has no notify_url. Empty: nowhere.
	RefundNotifyURL string
	// FeeRate (费率) is what bills take.
	FeeRate bill.Rate
}

// RiskMode says what happens when WeChat's evaluation of a user fails; it decides the amount cap (wechat-protocol.md
// §6.4).
type RiskMode string

const (
	// Refuse (评估不通过:拒绝): the final total may reach the cap of the service.
	Refuse RiskMode = "refuse"
	// Deposit (评估不通过:交押金): the final total may reach the order's own risk_fund.amount.
	Deposit RiskMode = "deposit"
)

// Service is one PayScore service_id as WeChat operations configured it.
type Service struct {
	ID string
	// Confirm is true for a need-confirm (需确认) service, false for a no-confirm (免确认) one.
	Confirm  bool
	RiskMode RiskMode
	// RiskNames are the risk_fund names its orders may have (wechat-protocol.md §6.1).
	RiskNames []string
	// Cap is the risk amount cap (风险金额上限), fen.
	Cap money.Fen
	// SmartRetail is true for 智慧零售: item rules of wechat-protocol.md §6.1.
	SmartRetail bool
	// NotifyURL is the service_notify_url: where authorisation results of the face flow go. Empty: nowhere.
	NotifyURL string
	// RefuseCancelAfterComplete refuses to cancel a completed, unpaid order with 271316592, as field reports say;
	// false allows it, as the API pages say (wechat-protocol.md §6.5, §10.3).
	RefuseCancelAfterComplete bool
}

// UseFirst is the risk_fund name of use-first (先享), the only one a no-confirm service may have (wechat-protocol.md §6.1).
const UseFirst = "ESTIMATE_ORDER_COST"

// RiskNames are the risk_fund names that a service of the mode may be configured with: deposit-free (先免) needs confirmation.
func RiskNames(confirm bool) []string {
	if confirm {
		return []string{UseFirst, "DEPOSIT", "ADVANCE", "CASH_DEPOSIT"}
	}
	return []string{UseFirst}
}

// Bound reports whether the appid is bound to the merchant number.
func (m *Merchant) Bound(appid string) bool { return slices.Contains(m.AppIDs, appid) }

// Service finds one of the merchant's services.
func (m *Merchant) Service(id string) (Service, bool) {
	for _, s := range m.Services {
		if s.ID == id {
			return s, true
		}
	}
	return Service{}, false
}

// Directory finds merchants by mchid.
type Directory map[string]*Merchant
