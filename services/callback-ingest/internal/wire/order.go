package wire

import (
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/userkey"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

type order struct {
	eventType string
	entity    *payscore.Order
}

func readOrder(eventType string, plain []byte) (Entity, error) {
	o, err := notify.DecodeOrder(plain)
	if err != nil {
		return nil, err
	}
	return order{eventType, o}, nil
}

// collection is zero when the order has none.
func (o order) collection() payscore.Collection {
	if o.entity.Collection == nil {
		return payscore.Collection{}
	}
	return *o.entity.Collection
}

func (o order) Fact() notice.Fact {
	e, c := o.entity, o.collection()
	return notice.Order{
		Party:      notice.Party{MchID: e.MchID, SubMchID: e.SubMchID, AppID: e.AppID, ServiceID: e.ServiceID},
		OutOrderNo: e.OutOrderNo, EventType: o.eventType, State: string(e.State),
		CollectionState: string(c.State), Paid: c.PaidAmount,
	}
}

func (o order) Message(origin *notifyv1.Origin, merchant string, _ UserKey) proto.Message {
	e, c := o.entity, o.collection()
	m := &notifyv1.PayScoreOrderNotified{
		Merchant: merchant, OutOrderNo: e.OutOrderNo, Origin: origin,
		Mchid: e.MchID, SubMchid: e.SubMchID, Appid: e.AppID, ServiceId: e.ServiceID, OrderId: e.OrderID,
		UserDigest: userkey.OfOrder(e.OutOrderNo, e.OpenID), SubUserDigest: userkey.OfOrder(e.OutOrderNo, e.SubOpenID),
		State: string(e.State), StateDescription: string(e.Description), TotalAmountFen: fenOrAbsent(e.TotalAmount),
		CollectionState: string(c.State), PaidAmountFen: int64(c.PaidAmount), PayingAmountFen: int64(c.PayingAmount),
	}
	for _, d := range c.Details {
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
