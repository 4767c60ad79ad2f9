// Package wechat is this service's APIv3 side towards WeChat Pay: authorisations (wechat-protocol.md §5) and the UnionID
// of a face (§4), asked for one merchant, and what the answers mean in the words of package consent.
package wechat

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/face"
	"github.com/facepay-go/facepay/pkg/wechatpay/permission"
	"github.com/facepay-go/facepay/pkg/wechatpay/upkeep"
)

// Deps are what desks work with.
type Deps struct {
	HTTP  *http.Client
	Clock clock.Clock
	Log   *slog.Logger
	// Timeout bounds one call; Limits hold calls back.
	Timeout time.Duration
	Limits  wechatpay.Limits
	Meters  metric.MeterProvider
	// NotifyURL gives the notify_url of a channel account for pre-authorisations, "" to leave it to the one configured at
	// WeChat (service_notify_url).
	NotifyURL func(account string) string
	// Tally counts the calls.
	Tally *Tally
}

// Desk serves one merchant.
type Desk struct {
	merchant    merchant.Merchant
	partner     bool
	notifyURL   string
	permissions *permission.Client
	users       *face.Users
	tally       *Tally
	log         *slog.Logger
}

// Open gives a desk per merchant, and the rings that verify what accounts answer. accounts are by our id, loaded ToCall.
// Errors are Terminal.
func Open(book *merchant.Book, accounts map[string]*wechatpay.Account, d Deps) (map[string]*Desk, []upkeep.Kept, error) {
	options := wechatpay.Options{
		HTTP: d.HTTP, Clock: d.Clock, Nonce: rand.Text, Timeout: d.Timeout, Limits: d.Limits, Meters: d.Meters,
	}
	clients := map[string]*wechatpay.Client{}
	desks := map[string]*Desk{}
	var kept []upkeep.Kept
	for _, m := range book.Merchants() {
		a, _ := book.AccountOf(m.ID) // a valid book has it
		if clients[a.ID] == nil {
			ring, err := wechatpay.NewKeyRing(accounts[a.ID], options)
			if err != nil {
				return nil, nil, err
			}
			if clients[a.ID], err = wechatpay.NewClient(accounts[a.ID], ring, options); err != nil {
				return nil, nil, err
			}
			kept = append(kept, upkeep.Kept{Account: accounts[a.ID], Ring: ring})
		}
		desks[m.ID] = &Desk{
			merchant: m, partner: a.WeChat.Partner, notifyURL: d.NotifyURL(a.ID), permissions: permission.New(clients[a.ID]),
			users: face.NewUsers(clients[a.ID]), tally: d.Tally, log: d.Log,
		}
	}
	return desks, kept, nil
}

// NoConfirm finds a service of this merchant whose users authorise it. Errors are Terminal and name the field: unknown, or
// a need-confirm service, which has no authorisations (§5).
func (d *Desk) NoConfirm(serviceID string) error {
	for _, s := range d.merchant.WeChat.Services {
		switch {
		case s.ID != serviceID:
		case s.Confirm:
			return fault.Invalid("service_id", "service_need_confirm", "is a need-confirm service: its users confirm each order and authorise nothing")
		default:
			return nil
		}
	}
	return fault.Invalid("service_id", "unknown_service", "is no PayScore service of this merchant")
}

// AskUnionID reports that the merchant's kiosks ask for the right to query the UnionID.
func (d *Desk) AskUnionID() bool { return d.merchant.WeChat.AskUnionID }
