package kiosk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
)

// Wish is what the back office asks for: one of the five desk facts.
type Wish interface {
	proto.Message
	GetOutOrderNo() string
	GetRequestId() string
}

// Cancel wants an order cancelled at no charge.
func (g *Gateway) Cancel(number, request, reason string) *deskv1.CancelRequested {
	return &deskv1.CancelRequested{Merchant: g.Merchant, OutOrderNo: number, RequestId: request, Reason: reason}
}

// Modify wants a lower total, fen, for one item.
func (g *Gateway) Modify(number, request string, fen int64, reason string) *deskv1.AmountModifyRequested {
	return &deskv1.AmountModifyRequested{
		Merchant: g.Merchant, OutOrderNo: number, RequestId: request, Reason: reason, TotalAmountFen: new(fen),
		PostPayments: []*kioskv1.Payment{{Name: "矿泉水", AmountFen: new(fen), Description: "550ml", Count: 1}},
	}
}

// PaidElsewhere tells that the customer paid the whole order by other means.
func (g *Gateway) PaidElsewhere(number, request string, at time.Time) *deskv1.PaidElsewhere {
	return &deskv1.PaidElsewhere{Merchant: g.Merchant, OutOrderNo: number, RequestId: request, PaidAt: timestamppb.New(at)}
}

// Collect wants that WeChat tries the deduction now.
func (g *Gateway) Collect(number, request string) *deskv1.CollectRequested {
	return &deskv1.CollectRequested{Merchant: g.Merchant, OutOrderNo: number, RequestId: request}
}

// Refund wants a part or the whole of a payment back, fen; transactionID may be empty when the order has one payment.
func (g *Gateway) Refund(number, request, transactionID string, fen int64, reason string) *deskv1.RefundRequested {
	return &deskv1.RefundRequested{
		Merchant: g.Merchant, OutOrderNo: number, RequestId: request, TransactionId: transactionID, AmountFen: fen, Reason: reason,
	}
}

// Ask publishes what the back office wants and waits for the event that answers it: order.fact_rejected, or what became of
// it. Where that event names no request (a cancel, a payment elsewhere), it is the first end of the order after the asking.
func (g *Gateway) Ask(ctx context.Context, t *Tracker, w Wish) (Said, error) {
	before := len(t.Of(w.GetOutOrderNo()))
	if err := g.Publish(ctx, w); err != nil {
		return Said{}, err
	}
	return g.Answer(ctx, t, w, before)
}

// Answer waits for the answer to a wish that was published when the tracker had heard so many events of the order.
func (g *Gateway) Answer(ctx context.Context, t *Tracker, w Wish, before int) (Said, error) {
	ends := answeredByEnd(w)
	said, err := t.await(ctx, w.GetOutOrderNo(), func(i int, s Said) bool {
		return s.RequestID == w.GetRequestId() || i >= before && slices.Contains(ends, s.Name)
	})
	if err != nil {
		return said, fmt.Errorf("waiting for the answer to %s: %w", w.GetRequestId(), err)
	}
	return said, nil
}

// answeredByEnd are the ends of an order that answer a wish.
func answeredByEnd(w Wish) []string {
	switch w.(type) {
	case *deskv1.CancelRequested:
		return []string{"revoked", "abandoned", "refused"}
	case *deskv1.PaidElsewhere, *deskv1.CollectRequested:
		return []string{"paid"}
	}
	return nil
}
