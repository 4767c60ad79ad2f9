package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// wanted is a service without a face, and what its customer does on the phone.
type wanted struct {
	number, device, user, phone string
	confirm                     bool
}

// What the customer's phone does.
const (
	phoneAccepts = "accept"
	phoneRefuses = "refuse"
	phoneIsAway  = "away"
)

func requestCommand(play playFunc) *cobra.Command {
	var w wanted
	cmd := &cobra.Command{
		Use: "request", Short: "a service without a face: the customer scans, authorises or confirms on the phone, waits for the door (扫码使用服务)", Args: cobra.NoArgs,
		Long: `Publishes kiosk.service_requested as a gateway does, and plays the customer on WeChat's page.

Of the no-confirm service (免确认) a customer who has authorised it gets the door at once, any other is shown the authorisation
page. With --confirm the order is one of the need-confirm service (需确认): its customer confirms it on the phone.`,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := w.validate(); err != nil {
			return err
		}
		return play(func(ctx context.Context, p *player) error { return p.request(ctx, w) })(cmd, args)
	}
	f := cmd.Flags()
	f.StringVar(&w.number, "number", "", "the gateway's own out_order_no; minted when left out")
	f.StringVar(&w.device, "device", "KIOSK-0001", "the kiosk")
	f.StringVar(&w.user, "user", "alice", "who scans; the same name is the same person")
	f.BoolVar(&w.confirm, "confirm", false, "use the need-confirm service")
	f.StringVar(&w.phone, "phone", phoneAccepts, "what the customer does on the phone: accept, refuse (the authorisation), or away: nothing")
	return cmd
}

func (w wanted) validate() error {
	switch {
	case w.phone != phoneAccepts && w.phone != phoneRefuses && w.phone != phoneIsAway:
		return fault.Invalid("--phone", "unknown_value", "must be %s, %s or %s, not %q", phoneAccepts, phoneRefuses, phoneIsAway, w.phone)
	case w.phone == phoneRefuses && w.confirm:
		return fault.Invalid("--phone", "unknown_value", "WeChat's confirmation page has no refusal: the customer stays %s", phoneIsAway)
	}
	return nil
}

// fact is what the gateway publishes. A need-confirm order has no openid: whoever confirms it is its user.
func (w wanted) fact() *kioskv1.ServiceRequested {
	m := &kioskv1.ServiceRequested{
		Merchant: stack.Merchant, OutOrderNo: w.number, ServiceId: stack.ServiceID, Device: &kioskv1.Device{DeviceId: w.device},
		ServiceIntroduction: "无人售货柜", RiskFund: &kioskv1.RiskFund{AmountFen: 10_000},
	}
	if w.confirm {
		m.ServiceId = stack.ConfirmServiceID
	} else {
		m.Openid = book.OpenID(stack.AppID, w.user)
	}
	return m
}

func (p *player) request(ctx context.Context, w wanted) error {
	if w.number == "" {
		w.number = "SCAN" + rand.Text()[:16]
	}
	if err := p.publish(ctx, w.fact()); err != nil {
		return err
	}
	act := p.authoriseOnPhone
	if w.confirm {
		act = p.confirmOnPhone
	}
	waits, err := act(ctx, w)
	if err == nil && !waits {
		err = p.await(ctx, w.number, "opened", "refused", "revoked", "abandoned", "fact_rejected")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\nNUMBER=%s\n", w.number)
	return nil
}

// confirmOnPhone plays the customer who is to confirm. It reports whether the order goes on waiting for him; what ended it
// before is shown by whoever waits for the door.
func (p *player) confirmOnPhone(ctx context.Context, w wanted) (waits bool, err error) {
	said, err := p.hears(ctx, p.tracker, w.number, "awaiting_confirm", "refused", "revoked", "abandoned", "fact_rejected")
	if err != nil || said.Name != "awaiting_confirm" {
		return false, err
	}
	fmt.Fprintln(p.out, "event    "+said.Subject)
	if w.phone == phoneIsAway {
		fmt.Fprintf(p.out, "phone    %s is away; `facepay order jump %s --show` opens WeChat's page\n", w.user, w.number)
		return true, nil
	}
	var page orderv1.OrderJumpReply
	req := &orderv1.OrderJumpRequest{Merchant: stack.Merchant, OutOrderNo: w.number}
	if err := service.Call(ctx, p.gateway.NC, "order-lifecycle", "order_jump", req, &page); err != nil {
		return false, err
	}
	fmt.Fprintf(p.out, "request  facepay-rpc.order-lifecycle.order_jump → %s\n", page.GetJump().GetBusinessType())
	if _, err := p.gateway.OpenConfirmPage(ctx, w.number, page.GetJump(), w.user); err != nil {
		return false, err
	}
	fmt.Fprintf(p.out, "phone    %s confirms the order\n", w.user)
	return false, nil
}

// authoriseOnPhone is confirmOnPhone for the authorisation of a no-confirm service.
func (p *player) authoriseOnPhone(ctx context.Context, w wanted) (waits bool, err error) {
	said, err := p.first(ctx, w.number, []string{"authorization_awaited", "service_authorised", "service_not_authorised"}, []string{"refused", "abandoned", "fact_rejected"})
	if err != nil || said.Name != "authorization_awaited" {
		return false, err
	}
	fmt.Fprintln(p.out, "event    "+said.Subject)
	if w.phone == phoneIsAway {
		fmt.Fprintf(p.out, "phone    %s is away; `facepay authorisation jump %s --show` opens WeChat's page\n", w.user, w.number)
		return true, nil
	}
	var page authinfov1.AuthoriseReply
	req := &authinfov1.AuthoriseJumpRequest{Merchant: stack.Merchant, OutOrderNo: w.number}
	if err := service.Call(ctx, p.gateway.NC, "authinfo", "authorise_jump", req, &page); err != nil {
		return false, err
	}
	fmt.Fprintf(p.out, "request  facepay-rpc.authinfo.authorise_jump → %s\n", page.GetJump().GetBusinessType())
	decision, says := kiosk.Accept, "authorises the service"
	if w.phone == phoneRefuses {
		decision, says = kiosk.Refuse, "refuses to authorise the service; no order is created, WeChat's token ends within an hour"
	}
	if _, err := p.gateway.OpenAuthorisePage(ctx, page.GetJump(), w.user, decision); err != nil {
		return false, err
	}
	fmt.Fprintf(p.out, "phone    %s %s\n", w.user, says)
	return w.phone == phoneRefuses, nil
}

// first waits for what authinfo or the order says, whichever comes first.
func (p *player) first(ctx context.Context, number string, consents, orders []string) (kiosk.Said, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	type heard struct {
		kiosk.Said
		err error
	}
	both := make(chan heard, 2)
	for tracker, names := range map[*kiosk.Tracker][]string{p.consents: consents, p.tracker: orders} {
		go func() {
			said, err := p.hears(ctx, tracker, number, names...)
			both <- heard{said, err}
		}()
	}
	h := <-both
	return h.Said, h.err
}

// hears waits for an event and says what did not come.
func (p *player) hears(ctx context.Context, t *kiosk.Tracker, number string, names ...string) (kiosk.Said, error) {
	said, err := t.Await(ctx, number, names...)
	if err != nil {
		return said, fault.New(fault.Retry, "no_event", "none of %s came within %s: see `facepay order show %s`", strings.Join(names, ", "), patience, number)
	}
	return said, nil
}
