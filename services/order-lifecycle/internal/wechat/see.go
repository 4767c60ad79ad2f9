package wechat

import (
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// See reads an order entity of an answer.
func See(e payscore.Order) order.Seen {
	s := order.Seen{
		State: string(e.State), Description: string(e.Description), Total: e.TotalAmount,
		OrderID: e.OrderID, ServiceID: e.ServiceID, Package: e.Package.Reveal(),
	}
	if len(e.StartTime) == len("20060102150405") { // a moment, not a day and not OnAccept
		if at, err := payscore.ParseCompact(e.StartTime); err == nil {
			s.StartedAt = at
		}
	}
	if c := e.Collection; c != nil {
		s.Collection, s.PaidFen = string(c.State), c.PaidAmount
		for _, d := range c.Details {
			s.Parts = append(s.Parts, part(d.TransactionID, d.Amount, string(d.PaidType), d.PaidTime))
		}
	}
	return s
}

// Told reads an order out of a notification.
func Told(n *notifyv1.PayScoreOrderNotified) order.Seen {
	s := order.Seen{
		State: n.GetState(), Description: n.GetStateDescription(), Collection: n.GetCollectionState(),
		Total: fen(n.TotalAmountFen), PaidFen: money.Fen(n.GetPaidAmountFen()), OrderID: n.GetOrderId(), ServiceID: n.GetServiceId(),
		Told: true, NewEvent: isNew(n.GetOrigin().GetEventType()),
	}
	for _, p := range n.GetParts() {
		s.Parts = append(s.Parts, part(p.GetTransactionId(), money.Fen(p.GetAmountFen()), p.GetPaidType(), p.GetPaidTime()))
	}
	return s
}

// isNew reports an event type that is not in the sheet (wechat-protocol.md §7.1).
func isNew(eventType string) bool {
	switch notify.EventType(eventType) {
	case "", notify.UserConfirm, notify.UserPaid:
		return false
	}
	return true
}

// part reads one collected part; a time that does not parse is left out, the money is not.
func part(transactionID string, amount money.Fen, paidType, paidTime string) order.Collection {
	c := order.Collection{TransactionID: transactionID, Amount: amount, ByMerchant: paidType == string(payscore.ByMerchant)}
	if at, err := payscore.ParseCompact(paidTime); err == nil {
		c.PaidAt = at
	}
	return c
}
