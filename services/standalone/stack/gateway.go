package stack

import (
	"context"
	"net/http"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/services/standalone/kiosk"
)

// Gateway is the development merchant's kiosk gateway on the stack's own connection, for so many kiosks at once, and who
// listens for it to the order events from a point on. The tracker is to be stopped before the stack.
func (s *Stack) Gateway(ctx context.Context, from jetstream.DeliverPolicy, kiosks int) (*kiosk.Gateway, *kiosk.Tracker, error) {
	return s.gatewayOf(ctx, Merchant, MchID, from, kiosks)
}

// PartnerGateway is Gateway for the merchant whom the partner account serves.
func (s *Stack) PartnerGateway(ctx context.Context, from jetstream.DeliverPolicy, kiosks int) (*kiosk.Gateway, *kiosk.Tracker, error) {
	return s.gatewayOf(ctx, PartnerMerchant, PartnerMchID, from, kiosks)
}

func (s *Stack) gatewayOf(
	ctx context.Context, merchant, mchID string, from jetstream.DeliverPolicy, kiosks int,
) (*kiosk.Gateway, *kiosk.Tracker, error) {
	js, err := jetstream.New(s.Bus.Conn())
	if err != nil {
		return nil, nil, err
	}
	tracker, err := kiosk.Track(ctx, js, merchant, from)
	if err != nil {
		return nil, nil, err
	}
	// A server closes a connection on which no first request came in 10 s; ours leave before, or a POST could meet that.
	transport := &http.Transport{MaxIdleConnsPerHost: kiosks, IdleConnTimeout: 5 * time.Second}
	return &kiosk.Gateway{
		NC: s.Bus.Conn(), JS: js, Merchant: merchant, MchID: mchID, Control: s.Sandbox.ControlURL(),
		HTTP: &http.Client{Timeout: 30 * time.Second, Transport: transport},
	}, tracker, nil
}
