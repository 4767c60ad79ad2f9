package e2e

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// price is what a usual customer pays, fen: goods of 400 less a discount of 50.
const price = 350

// visit is one customer at one kiosk. Its steps answer errors, so that many visits can go on at once.
type visit struct {
	*world
	number, device, user string
	session              *authinfov1.OpenSessionReply
	rawdata              string
}

func (w *world) visit(number string) *visit {
	return &visit{world: w, number: number, device: "K-" + number, user: "user of " + number}
}

// together makes all visits at once.
func (w *world) together(visits []*visit, script func(*visit) error) error {
	failed := make([]error, len(visits))
	var going sync.WaitGroup
	for i, v := range visits {
		going.Go(func() {
			if err := script(v); err != nil {
				failed[i] = fmt.Errorf("visit %s: %w", v.number, err)
			}
		})
	}
	going.Wait()
	return errors.Join(failed...)
}

func (v *visit) request() *authinfov1.OpenSessionRequest {
	return &authinfov1.OpenSessionRequest{
		RequestId: v.number, Merchant: v.Merchant, ServiceId: stack.ServiceID, StoreId: "S001", StoreName: "一号店 A&B",
		DeviceId: v.device, Rawdata: v.rawdata, OutOrderNo: v.number,
	}
}

// open opens the session under the visit's own number. It can be repeated.
func (v *visit) open() error {
	if v.rawdata == "" {
		raw, err := v.Rawdata(v.ctx, v.device)
		if err != nil {
			return err
		}
		v.rawdata = raw
		v.secrets.Add("rawdata", raw)
	}
	var refused error
	if err := v.until("a session for "+v.number, func() (bool, error) {
		ctx, cancel := v.attempt()
		defer cancel()
		reply, err := v.OpenSession(ctx, v.request())
		if fault.Is(err, fault.Retry) || fault.Is(err, fault.UnknownOutcome) { // busy, or nobody there
			return false, err
		}
		v.session, refused = reply, err
		return true, nil
	}); err != nil {
		return err
	}
	v.secrets.Add("authinfo", v.session.GetAuthinfo())
	return refused
}

// attempt bounds one request or publication: one that a kill swallowed is never answered.
func (v *visit) attempt() (context.Context, context.CancelFunc) {
	return context.WithTimeout(v.ctx, 5*time.Second)
}

// show shows the face and makes the fact of it, ready to publish.
func (v *visit) show(behaviour string) (*kioskv1.FaceResult, error) {
	face, err := v.ShowFace(v.ctx, v.session, v.device, v.user, behaviour)
	if err != nil {
		return nil, fmt.Errorf("showing the face: %w", err)
	}
	if face.ReturnCode != behaviour {
		return nil, fmt.Errorf("the SDK says %s %s, want %s", face.ReturnCode, face.ReturnMsg, behaviour)
	}
	v.secrets.Add("openid", face.OpenID)
	v.secrets.Add("face_sid", face.FaceSID)
	fact := kiosk.FaceResult(v.Merchant, v.session, v.device, face)
	fact.ServiceIntroduction = "无人售货柜"
	fact.RiskFund = &kioskv1.RiskFund{AmountFen: 10_000, Description: "购物预估费用"}
	fact.StartLocation, fact.Attach = "一号店大堂", "batch=7"
	return fact, nil
}

// look opens the session and shows the face.
func (v *visit) look() (*kioskv1.FaceResult, error) {
	if err := v.open(); err != nil {
		return nil, err
	}
	return v.show("SUCCESS")
}

// enter goes as far as the open door.
func (v *visit) enter() error {
	fact, err := v.look()
	if err != nil {
		return err
	}
	if err := v.Publish(v.ctx, fact); err != nil {
		return err
	}
	return v.door()
}

// door waits until the door may open.
func (v *visit) door() error {
	s, err := v.tracker.Await(v.ctx, v.number, append([]string{"opened"}, kiosk.Final...)...)
	if err != nil {
		return fmt.Errorf("waiting at the door: %w", err)
	}
	if s.Name != "opened" {
		return fmt.Errorf("the door stayed closed: %s %s", s.Name, s.Code)
	}
	return nil
}

// ended is the fact of goods taken for so much; an eighth is a discount.
func (v *visit) ended(fen int64) *kioskv1.ServiceEnded {
	m := &kioskv1.ServiceEnded{
		Merchant: v.Merchant, OutOrderNo: v.number, TotalAmountFen: new(fen - fen/8), Device: &kioskv1.Device{DeviceId: v.device},
		PostPayments: []*kioskv1.Payment{{Name: "矿泉水", AmountFen: new(fen), Description: "550ml", Count: 2}},
	}
	if fen/8 > 0 {
		m.PostDiscounts = []*kioskv1.Discount{{Name: "满减", Description: "满4减0.5", AmountFen: new(fen / 8)}}
	}
	return m
}

func (v *visit) aborted() *kioskv1.ServiceAborted {
	return &kioskv1.ServiceAborted{Merchant: v.Merchant, OutOrderNo: v.number, Reason: "出货失败"}
}

// end waits for the last word on the order.
func (v *visit) end() error {
	_, err := v.tracker.Await(v.ctx, v.number, kiosk.Final...)
	if err != nil {
		return fmt.Errorf("waiting for the end: %w", err)
	}
	return nil
}

// leave takes goods of 400 fen and waits for the end.
func (v *visit) leave() error {
	if err := v.Publish(v.ctx, v.ended(400)); err != nil {
		return err
	}
	return v.end()
}

// buy is the usual visit.
func buy(v *visit) error {
	if err := v.enter(); err != nil {
		return err
	}
	return v.leave()
}

// jam is a visit whose goods never come out.
func jam(v *visit) error {
	if err := v.enter(); err != nil {
		return err
	}
	if err := v.Publish(v.ctx, v.aborted()); err != nil {
		return err
	}
	return v.end()
}
