// Package wechat is this service's APIv3 side towards WeChat Pay: authorisations (wechat-protocol.md §5) and the UnionID
// of a face (§4), asked for one merchant, and what the answers mean in the words of package consent.
package wechat

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/face"
	"github.com/facepay-go/facepay/pkg/wechatpay/permission"
)

// Deps are what desks work with.
type Deps struct {
	HTTP  *http.Client
	Clock clock.Clock
	Log   *slog.Logger
	// Timeout bounds one call.
	Timeout time.Duration
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

// Open opens the private key and the verifying keys of every WeChat account, and gives a desk per merchant and the parts
// that keep the keys fresh. Errors are Terminal and name account and field.
func Open(book *merchant.Book, d Deps) (map[string]*Desk, []service.Part, error) {
	clients := map[string]*wechatpay.Client{}
	desks := map[string]*Desk{}
	var parts []service.Part
	for _, m := range book.Merchants() {
		a, _ := book.AccountOf(m.ID) // a valid book has it
		if clients[a.ID] == nil {
			client, ring, err := connect(*a, d)
			if err != nil {
				return nil, nil, err
			}
			clients[a.ID] = client
			parts = append(parts, refresh(a.ID, ring, d.Log))
		}
		desks[m.ID] = &Desk{
			merchant: m, partner: a.WeChat.Partner, notifyURL: d.NotifyURL(a.ID), permissions: permission.New(clients[a.ID]),
			users: face.NewUsers(clients[a.ID]), tally: d.Tally, log: d.Log,
		}
	}
	return desks, parts, nil
}

func connect(a merchant.Account, d Deps) (*wechatpay.Client, *wechatpay.KeyRing, error) {
	options := wechatpay.Options{HTTP: d.HTTP, Clock: d.Clock, Nonce: rand.Text, Timeout: d.Timeout}
	account, err := wechatpay.LoadAccount(a, wechatpay.ToCall)
	if err != nil {
		return nil, nil, err
	}
	ring, err := wechatpay.NewKeyRing(account, options)
	if err != nil {
		return nil, nil, err
	}
	client, err := wechatpay.NewClient(account, ring, options)
	return client, ring, err
}

// refresh downloads platform certificates, behind the calls and never inside one.
func refresh(account string, ring *wechatpay.KeyRing, log *slog.Logger) service.Part {
	return service.Loop("keys of "+account, func(ctx context.Context) error {
		ring.Run(ctx, func(err error) {
			if err != nil {
				log.Error("platform certificates not refreshed", "account", account, service.KeyCode, fault.CodeOf(err), service.KeyError, err)
			}
		})
		return ctx.Err()
	})
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
	return fault.Invalid("service_id", "service_unknown", "is no PayScore service of this merchant")
}

// AskUnionID reports that the merchant's kiosks ask for the right to query the UnionID.
func (d *Desk) AskUnionID() bool { return d.merchant.WeChat.AskUnionID }
