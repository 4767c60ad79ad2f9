// Package wire puts the order's events into the messages of the contract, and messages into the order's facts.
package wire

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Events gives the messages of what happened to o at that time, in order.
func Events(o *order.Order, at time.Time, events []order.Event) []proto.Message {
	messages := make([]proto.Message, len(events))
	for i, e := range events {
		messages[i] = message(o, timestamppb.New(at), e)
	}
	return messages
}

func message(o *order.Order, at *timestamppb.Timestamp, e order.Event) proto.Message {
	m, no, dev := o.Merchant, o.OutOrderNo, o.DeviceID
	switch e := e.(type) {
	case order.Opened:
		return &orderv1.OrderOpened{
			Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at,
			ServiceId: o.ServiceID, OrderId: o.OrderID, RiskAmountFen: int64(o.Face.RiskFund),
		}
	case order.WasRefused:
		t := userText(e.Reason)
		return &orderv1.OrderRefused{Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, Reason: e.Reason, UserTextZh: t.zh, UserTextEn: t.en}
	case order.WasAbandoned:
		return &orderv1.OrderAbandoned{Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, Reason: e.Reason}
	case order.IsCompleting:
		return &orderv1.OrderCompleting{Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, TotalAmountFen: int64(e.Total)}
	case order.IsPending:
		return &orderv1.OrderPaymentPending{Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, TotalAmountFen: int64(e.Total)}
	case order.IsAwaitingConfirm:
		a := &orderv1.OrderAwaitingConfirm{Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, ServiceId: o.ServiceID, OrderId: o.OrderID}
		if !e.Before.IsZero() {
			a.ConfirmBefore = timestamppb.New(e.Before)
		}
		return a
	case order.HasAged:
		return &orderv1.ReceivableAged{
			Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, TotalAmountFen: int64(o.Total()), PaidAmountFen: int64(o.PaidFen),
			PendingSince: timestamppb.New(o.PendingSince), AgeSeconds: int64(e.Age / time.Second),
		}
	case order.WasModified:
		return &orderv1.OrderModified{
			Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, RequestId: e.RequestID,
			OldTotalAmountFen: int64(e.Old), TotalAmountFen: int64(e.New),
		}
	case order.WasHurried:
		return &orderv1.OrderCollectRequested{Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, RequestId: e.RequestID, TotalAmountFen: int64(o.Total())}
	case order.WasExpired:
		return &orderv1.OrderExpired{Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at}
	case order.WasRefunded:
		return refunded(o, at, e.Refund)
	case order.RefundFailed:
		return refundFailed(o, at, e.Refund)
	case order.WasPaid:
		return paid(o, at)
	case order.WasFree:
		return &orderv1.OrderFree{Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at}
	case order.WasRevoked:
		return &orderv1.OrderRevoked{Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, Reason: e.Reason}
	case order.WasRejected:
		r := e.Rejection
		return &orderv1.FactRejected{
			Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, Fact: r.Fact, FactId: r.FactID, State: string(e.State),
			Problem:   &eventv1.Problem{Class: "terminal", Code: r.Code, Field: r.Field, Text: r.Reason},
			RequestId: r.RequestID,
		}
	case order.WasAskedAgain:
		return &orderv1.RequestStatus{
			Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, RequestId: e.Request.RequestID, Fact: e.Request.Fact,
			AcceptedAt: timestamppb.New(e.Request.At), Outcome: e.Request.Outcome, State: string(o.State),
		}
	case order.Alarm:
		t := alarmTexts[e.Code]
		return &orderv1.OrderAlarm{Merchant: m, OutOrderNo: no, DeviceId: dev, OccurredAt: at, Code: e.Code, TextZh: t.zh, TextEn: t.en}
	}
	panic("an order event without a message") // events_test.go walks all of them
}

func paid(o *order.Order, at *timestamppb.Timestamp) *orderv1.OrderPaid {
	p := &orderv1.OrderPaid{
		Merchant: o.Merchant, OutOrderNo: o.OutOrderNo, DeviceId: o.DeviceID, OccurredAt: at, ServiceId: o.ServiceID,
		OrderId: o.OrderID, TotalAmountFen: int64(o.Total()), PaidAmountFen: int64(o.PaidFen),
	}
	for _, c := range o.Collections {
		part := &orderv1.Collection{TransactionId: c.TransactionID, AmountFen: int64(c.Amount), PaidBy: orderv1.PaidBy_PAID_BY_WECHAT}
		if c.ByMerchant {
			part.PaidBy = orderv1.PaidBy_PAID_BY_MERCHANT
		}
		if !c.PaidAt.IsZero() {
			part.PaidAt = timestamppb.New(c.PaidAt)
		}
		p.Collections = append(p.Collections, part)
	}
	return p
}

func refunded(o *order.Order, at *timestamppb.Timestamp, r order.Refund) *orderv1.OrderRefunded {
	e := &orderv1.OrderRefunded{
		Merchant: o.Merchant, OutOrderNo: o.OutOrderNo, DeviceId: o.DeviceID, OccurredAt: at, RequestId: r.RequestID,
		OutRefundNo: r.Number(o.OutOrderNo), RefundId: r.RefundID, TransactionId: r.TransactionID,
		AmountFen: int64(r.Amount), RefundedAmountFen: int64(o.RefundedFen),
	}
	if !r.RefundedAt.IsZero() {
		e.RefundedAt = timestamppb.New(r.RefundedAt)
	}
	return e
}

func refundFailed(o *order.Order, at *timestamppb.Timestamp, r order.Refund) *orderv1.OrderRefundFailed {
	t := refundText(r.Failure)
	return &orderv1.OrderRefundFailed{
		Merchant: o.Merchant, OutOrderNo: o.OutOrderNo, DeviceId: o.DeviceID, OccurredAt: at, RequestId: r.RequestID,
		OutRefundNo: r.Number(o.OutOrderNo), RefundId: r.RefundID, TransactionId: r.TransactionID,
		AmountFen: int64(r.Amount), Reason: r.Failure, TextZh: t.zh, TextEn: t.en,
	}
}
