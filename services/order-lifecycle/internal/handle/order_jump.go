package handle

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"github.com/facepay-go/facepay/pkg/fault"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/errand"
)

// OrderJump signs the way to WeChat's page of an order that WeChat holds.
func OrderJump(x *errand.Errands) func(context.Context, *orderv1.OrderJumpRequest) (*orderv1.OrderJumpReply, error) {
	return func(ctx context.Context, req *orderv1.OrderJumpRequest) (*orderv1.OrderJumpReply, error) {
		rec, err := x.Orders.Documents().Get(ctx, errand.ID(req.GetMerchant(), req.GetOutOrderNo()))
		if fault.Is(err, fault.NotFound) {
			return nil, fault.New(fault.NotFound, "order_unknown", "no order of this number")
		}
		if err != nil {
			return nil, err
		}
		o := rec.Doc.State
		if o.OrderID == "" {
			return nil, fault.New(fault.Conflict, "order_not_open", "the order is %s: WeChat has no page of it", o.State)
		}
		desk, ok := x.Desks[o.Merchant]
		if !ok {
			return nil, fault.Invalid("merchant", "unknown_merchant", "no such merchant is configured")
		}
		page, err := desk.Jump(&o, x.Clock.Now(), rand.Text())
		if err != nil {
			return nil, err
		}
		data, err := json.Marshal(page.MiniProgram().ExtraData)
		if err != nil {
			return nil, fault.Wrap(err, fault.Terminal, "jump_encoding", "writing the jump")
		}
		return &orderv1.OrderJumpReply{State: string(o.State), Jump: &eventv1.Jump{
			BusinessType: string(page.BusinessType()), ExtraData: string(data),
			QueryString: page.H5().QueryString, AppQuery: page.App().Query, AppExtInfo: page.App().ExtInfo,
		}}, nil
	}
}
