package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// shop is the kiosks of one stack and their gateway.
type shop struct {
	*kiosk.Gateway
	tracker *kiosk.Tracker
}

func openShop(ctx context.Context, s *stack.Stack, kiosks int) (*shop, error) {
	gateway, tracker, err := s.Gateway(ctx, jetstream.DeliverNewPolicy, kiosks)
	if err != nil {
		return nil, err
	}
	return &shop{gateway, tracker}, nil
}

// serve serves n customers at so many kiosks. A kiosk serves the same regular again and again: who comes back needs no
// new authorisation.
func (s *shop) serve(ctx context.Context, name string, n, kiosks int) error {
	return s.open(ctx, name, kiosks, func(i int) bool { return i < n }, func(int, time.Duration) {})
}

// open lets customers in one after the other, each to the first free kiosk, as long as more says that number i may come.
// Each is told to done, with how long the visit took, to order.paid.
func (s *shop) open(ctx context.Context, name string, kiosks int, more func(i int) bool, done func(i int, took time.Duration)) error {
	var next atomic.Int64
	serving, ctx := errgroup.WithContext(ctx)
	for k := range kiosks {
		serving.Go(func() error {
			for ctx.Err() == nil {
				i := int(next.Add(1) - 1)
				if !more(i) {
					return nil
				}
				began, number := time.Now(), numberOf(name, i)
				if err := s.visit(ctx, number, fmt.Sprintf("KIOSK-%04d", k), fmt.Sprintf("regular %d", k)); err != nil {
					return fmt.Errorf("order %s: %w", number, err)
				}
				done(i, time.Since(began))
			}
			return ctx.Err()
		})
	}
	return serving.Wait()
}

// numberOf is the out_order_no of a round's visit.
func numberOf(name string, i int) string { return fmt.Sprintf("%s%08d", name, i) }

// stay is how long a customer stays: WeChat wants an end to lie behind its start and before the call, in whole seconds.
const stay = 3 * time.Second

// visit is one order from the session to the payment.
func (s *shop) visit(ctx context.Context, number, device, user string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	session, err := s.OpenSession(ctx, &authinfov1.OpenSessionRequest{
		RequestId: number, Merchant: s.Merchant, ServiceId: stack.ServiceID, StoreId: "S001", StoreName: "一号店",
		DeviceId: device, Rawdata: "YmVuY2g=", OutOrderNo: number,
	})
	if err != nil {
		return fmt.Errorf("opening the session: %w", err)
	}
	face, err := s.ShowFace(ctx, session, device, user, "SUCCESS")
	if err != nil {
		return err
	}
	fact := kiosk.FaceResult(s.Merchant, session, device, face)
	fact.ServiceIntroduction = "无人售货柜"
	fact.RiskFund = &kioskv1.RiskFund{AmountFen: 10_000, Description: "购物预估费用"}
	if err := s.Publish(ctx, fact); err != nil {
		return err
	}
	if err := s.await(ctx, number, "opened"); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(stay):
	}
	if err := s.Publish(ctx, &kioskv1.ServiceEnded{
		Merchant: s.Merchant, OutOrderNo: number, TotalAmountFen: new(int64(350)), Device: &kioskv1.Device{DeviceId: device},
		PostPayments: []*kioskv1.Payment{{Name: "矿泉水", AmountFen: new(int64(350)), Count: 2}},
	}); err != nil {
		return err
	}
	return s.await(ctx, number, "paid")
}

func (s *shop) await(ctx context.Context, number, event string) error {
	said, err := s.tracker.Await(ctx, number, append([]string{event}, kiosk.Final...)...)
	if err != nil {
		return fmt.Errorf("waiting for order.%s: %w", event, err)
	}
	if said.Name != event {
		return fmt.Errorf("order.%s %s came instead of order.%s", said.Name, said.Code, event)
	}
	return nil
}
