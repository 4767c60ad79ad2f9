package cli

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/event"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

func TestTheLineOfAnEventTellsAmountsTimesAndNumbersAndNoUser(t *testing.T) {
	later := timestamppb.New(when.Add(time.Hour))
	for title, c := range map[string]struct {
		m    proto.Message
		want []Detail
	}{
		"desk.paid_elsewhere":          {&deskv1.PaidElsewhere{RequestId: "r-1", PaidAt: later}, []Detail{{"request_id", "r-1"}, {"paid_at", "2026-03-01T05:00:00Z"}}},
		"order.refunded":               {&orderv1.OrderRefunded{RequestId: "r-1", AmountFen: 100, RefundedAmountFen: 250, TransactionId: "42"}, []Detail{{"amount_fen", "100"}, {"refunded_amount_fen", "250"}, {"transaction_id", "42"}, {"request_id", "r-1"}}},
		"order.awaiting_confirm":       {&orderv1.OrderAwaitingConfirm{ConfirmBefore: later}, []Detail{{"confirm_before", "2026-03-01T05:00:00Z"}}},
		"order.fact_rejected":          {&orderv1.FactRejected{Problem: &eventv1.Problem{Code: "not_paid", Text: "why"}}, []Detail{{"code", "not_paid"}, {"text", "why"}}},
		"order.request_status":         {&orderv1.RequestStatus{RequestId: "r-1", Fact: "refund_requested", Outcome: "order.refunded", AcceptedAt: later}, []Detail{{"fact", "refund_requested"}, {"outcome", "order.refunded"}, {"accepted_at", "2026-03-01T05:00:00Z"}, {"request_id", "r-1"}}},
		"kiosk.service_requested":      {&kioskv1.ServiceRequested{Openid: openID}, nil},
		"order.receivable_aged":        {&orderv1.ReceivableAged{TotalAmountFen: 350, AgeSeconds: 86400}, []Detail{{"total_amount_fen", "350"}, {"age_seconds", "86400"}}},
		"desk.amount_modify_requested": {&deskv1.AmountModifyRequested{TotalAmountFen: fen(300), Reason: "x"}, []Detail{{"reason", "x"}, {"total_amount_fen", "300"}}},
	} {
		address(c.m, "N1", requestIDOf(c.m))
		e, err := event.New(t.Context(), "id-1", when, c.m)
		if err != nil {
			t.Fatal(err)
		}
		line := eventLine(bus.Stored{Subject: e.Subject, Header: e.Header(), Data: e.Body, At: when})
		last := len(line.Details) - 1
		if line.Title != title || line.Details[last].Label != "event_id" || !slices.Equal(line.Details[:last], c.want) {
			t.Errorf("%s: %s %v", title, line.Title, line.Details)
		}
	}
}

// requestIDOf is the number a message has already.
func requestIDOf(m proto.Message) string {
	if named, ok := m.(interface{ GetRequestId() string }); ok {
		return named.GetRequestId()
	}
	return ""
}
