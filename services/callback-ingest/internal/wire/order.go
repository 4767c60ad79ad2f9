package wire

import (
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

type order struct {
	eventType string
	entity    *notify.Order
}

func readOrder(eventType string, plain []byte) (Entity, error) {
	o, err := notify.DecodeOrder(plain)
	if err != nil {
		return nil, err
	}
	return order{eventType, o}, nil
}

func (o order) Fact() notice.Fact {
	e := o.entity
	return notice.Order{
		Party:      notice.Party{MchID: e.MchID, SubMchID: e.SubMchID, AppID: e.AppID, ServiceID: e.ServiceID},
		OutOrderNo: e.OutOrderNo, EventType: o.eventType, State: string(e.State),
		CollectionState: string(e.Collection.State), Paid: e.Collection.PaidAmount,
	}
}

func (o order) Message(origin *notifyv1.Origin, merchant string, _ UserKey) proto.Message {
	e, c := o.entity, o.entity.Collection
	m := &notifyv1.PayScoreOrderNotified{
		Merchant: merchant, OutOrderNo: e.OutOrderNo, Origin: origin,
		Mchid: e.MchID, SubMchid: e.SubMchID, Appid: e.AppID, ServiceId: e.ServiceID, OrderId: e.OrderID,
		State: string(e.State), StateDescription: string(e.Description), TotalAmountFen: fenOrAbsent(e.TotalAmount),
		CollectionState: string(c.State), PaidAmountFen: int64(c.PaidAmount), PayingAmountFen: int64(c.PayingAmount),
	}
	for _, d := range c.Parts {
		m.Parts = append(m.Parts, &notifyv1.CollectionPart{
			TransactionId: d.TransactionID, AmountFen: int64(d.Amount), PaidType: string(d.PaidType), PaidTime: d.PaidTime,
		})
	}
	return m
}

func fenOrAbsent(f *money.Fen) *int64 {
	if f == nil {
		return nil
	}
	return new(int64(*f))
}
