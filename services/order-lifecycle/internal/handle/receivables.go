package handle

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/errand"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

const (
	usualPage   = 100
	largestPage = 500
)

// Receivables lists the orders of which money is outstanding, oldest first: those that WeChat collects, and those in service for
// so long that their end may be lost.
func Receivables(x *errand.Errands) func(context.Context, *orderv1.ReceivablesRequest) (*orderv1.ReceivablesReply, error) {
	return func(ctx context.Context, req *orderv1.ReceivablesRequest) (*orderv1.ReceivablesReply, error) {
		limit := int(req.GetLimit())
		if limit < 0 || limit > largestPage {
			return nil, fault.Invalid("limit", "limit", "must be 1 to %d", largestPage)
		}
		if limit == 0 {
			limit = usualPage
		}
		page, err := x.Orders.Documents().Find(ctx, docstore.Query{
			Index: errand.ReceivablesIndex, Equal: []any{req.GetMerchant()}, Limit: limit, After: docstore.Cursor(req.GetAfter()),
		})
		if err != nil {
			return nil, err
		}
		if _, ok := x.Desks[req.GetMerchant()]; !ok && len(page.Records) == 0 { // one that left merchants.yaml may still be owed
			return nil, fault.Invalid("merchant", "unknown_merchant", "is no merchant of merchants.yaml, and nothing is owed to it")
		}
		reply := &orderv1.ReceivablesReply{Next: string(page.Next)}
		for _, r := range page.Records {
			reply.Receivables = append(reply.Receivables, receivable(r.Doc.State))
		}
		return reply, nil
	}
}

func receivable(o order.Order) *orderv1.Receivable {
	return &orderv1.Receivable{
		OutOrderNo: o.OutOrderNo, DeviceId: o.DeviceID, StoreId: o.StoreID, ServiceId: o.ServiceID, State: string(o.State),
		TotalAmountFen: int64(o.Total()), PaidAmountFen: int64(o.PaidFen), PendingSince: timestamppb.New(o.OwedSince()), Note: o.DeductionNote,
	}
}
