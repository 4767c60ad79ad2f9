package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/secrets"
)

// walk is one customer at one kiosk.
type walk struct {
	*kiosk.Gateway
	tracker *kiosk.Tracker
	// users are the events of authinfo.
	users   *kiosk.Tracker
	clock   clock.Clock
	service string
	used    *secrets.Used
	number  string
	device  string
	user    string
	session *authinfov1.OpenSessionReply
}

// open opens the session under the walk's own number.
func (w *walk) open(ctx context.Context) error {
	raw, err := w.Rawdata(ctx, w.device)
	if err != nil {
		return err
	}
	w.used.Add("rawdata", raw)
	w.session, err = w.OpenSession(ctx, &authinfov1.OpenSessionRequest{
		RequestId: w.number, Merchant: w.Merchant, ServiceId: w.service, StoreId: "S001", StoreName: "一号店 A&B",
		DeviceId: w.device, Rawdata: raw, OutOrderNo: w.number,
	})
	w.used.Add("authinfo", w.session.GetAuthinfo())
	return err
}

// look shows the face and makes the fact of it, ready to publish.
func (w *walk) look(ctx context.Context, behaviour string) (*kioskv1.FaceResult, error) {
	if err := w.open(ctx); err != nil {
		return nil, err
	}
	f, err := w.ShowFace(ctx, w.session, w.device, w.user, behaviour)
	if err != nil {
		return nil, err
	}
	w.used.Add(secrets.OpenID, f.OpenID)
	w.used.Add(secrets.FaceSID, f.FaceSID)
	fact := kiosk.FaceResult(w.Merchant, w.session, w.device, f)
	fact.ServiceIntroduction = "无人售货柜"
	fact.RiskFund = &kioskv1.RiskFund{AmountFen: 10_000, Description: "购物预估费用"}
	fact.StartLocation = "一号店大堂"
	fact.Attach = "batch=7"
	return fact, nil
}

// start goes as far as the open door.
func (w *walk) start(ctx context.Context) error {
	fact, err := w.look(ctx, "SUCCESS")
	if err != nil {
		return err
	}
	if err := w.Publish(ctx, fact); err != nil {
		return err
	}
	return w.door(ctx)
}

// door waits until the door may open.
func (w *walk) door(ctx context.Context) error {
	s, err := w.tracker.Await(ctx, w.number, append([]string{"opened"}, kiosk.Final...)...)
	if err != nil {
		return err
	}
	if s.Name != "opened" {
		return fmt.Errorf("the door stayed closed: %s %s", s.Name, s.Code)
	}
	return nil
}

// ended is the fact of two bottles taken, at a price; 0 is an empty hand.
func (w *walk) ended(fen int64) *kioskv1.ServiceEnded {
	discount := fen / 8
	m := &kioskv1.ServiceEnded{
		Merchant: w.Merchant, OutOrderNo: w.number, TotalAmountFen: new(fen - discount), Device: &kioskv1.Device{DeviceId: w.device},
		PostPayments: []*kioskv1.Payment{{Name: "矿泉水", AmountFen: new(fen), Description: "550ml", Count: 2}},
	}
	if discount > 0 {
		m.PostDiscounts = []*kioskv1.Discount{{Name: "满减", Description: "满4减0.5", AmountFen: new(discount)}}
	}
	return m
}

// buy goes through the open door, takes something and leaves.
func (w *walk) buy(ctx context.Context) error {
	if err := w.start(ctx); err != nil {
		return err
	}
	return w.leave(ctx)
}

// leave takes goods of 400 fen less the discount.
func (w *walk) leave(ctx context.Context) error { return w.Publish(ctx, w.ended(400)) }

// rejected waits until a fact of this number was refused with the code.
func (w *walk) rejected(ctx context.Context, code string) error {
	_, err := w.tracker.AwaitThat(ctx, w.number, func(s kiosk.Said) bool { return s.Name == "fact_rejected" && s.Code == code })
	if err != nil {
		return fmt.Errorf("no fact was rejected with %s: %w", code, err)
	}
	return nil
}

// until polls for what must become true; an error ends it.
func (w *walk) until(ctx context.Context, what string, holds func() (bool, error)) error {
	for {
		if ok, err := holds(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("never came: %s: %w", what, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}
