// Package wechat is the order's side towards WeChat PayScore: it writes request bytes by the provider's rules, carries
// requests out, and says what answers mean in the order's own words.
package wechat

import (
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/jump"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Desk serves one merchant.
type Desk struct {
	merchant  merchant.Merchant
	partner   bool
	mchID     string
	notifyURL string
	client    *payscore.Client
	refunds   *refund.Client
	jumps     func() jump.Signer
}

// NewDesk is the desk of a merchant that calls through its account's client. notifyURL receives the callbacks of orders
// and refunds; jumps signs the ways to WeChat's pages.
func NewDesk(m merchant.Merchant, notifyURL string, client *wechatpay.Client, jumps func() jump.Signer) *Desk {
	return &Desk{
		merchant: m, partner: client.Account().Partner(), mchID: client.Account().MchID(), notifyURL: notifyURL,
		client: payscore.New(client), refunds: refund.New(client), jumps: jumps,
	}
}

// service finds a service of this merchant; the error names the field.
func (d *Desk) service(id string) (merchant.PayScoreService, error) {
	for _, s := range d.merchant.WeChat.Services {
		if s.ID == id {
			return s, nil
		}
	}
	return merchant.PayScoreService{}, fault.Invalid("service_id", "unknown_service", "the merchant has no such PayScore service")
}

// Terms are what was agreed for the service; an unknown service is a Terminal error.
func (d *Desk) Terms(serviceID string) (order.Terms, error) {
	s, err := d.service(serviceID)
	if err != nil {
		return order.Terms{}, err
	}
	return order.Terms{
		Cap: s.Cap, RiskFundIsCap: s.RiskMode == merchant.Deposit, Confirm: s.Confirm, LongService: s.LongService,
		ServiceByPhone:       d.merchant.WeChat.ScanPayment == merchant.ByPhone,
		NeverCancelCompleted: d.merchant.WeChat.CancelCompleted == merchant.Never,
	}, nil
}
