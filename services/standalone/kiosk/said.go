package kiosk

import (
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// Said is one event.
type Said struct {
	// Name is the event's token: opened, paid, …
	Name string
	// Subject is the whole subject it came on.
	Subject string
	ID      string
	// At is when it happened, on the services' clock (ce-time).
	At time.Time
	// Paid is set for paid, Refunded for refunded, Modified for modified, Aged for receivable_aged.
	Paid     *orderv1.OrderPaid
	Refunded *orderv1.OrderRefunded
	Modified *orderv1.OrderModified
	Aged     *orderv1.ReceivableAged
	// Total is what is to be collected, fen: of completing and payment_pending.
	Total int64
	// Code is set for alarm, fact_rejected, refused, revoked, abandoned and refund_failed: the reason.
	Code string
	// Field and Rule are set for fact_rejected: the input at fault, where one is, and the rule it breaks.
	Field, Rule string
	// RequestID is the back office's number of the request that the event answers; empty where it answers none.
	RequestID string
	// State is the order's state at a fact_rejected.
	State string
	// UnionID is set for user_identified.
	UnionID string
}

// Final are the events that end an order.
var Final = []string{"paid", "free", "refused", "revoked", "abandoned", "expired"}

// read takes out of an event what a gateway looks at.
func read(e event.Event, m proto.Message) Said {
	s := Said{Name: strings.Split(e.Subject, ".")[2], Subject: e.Subject, ID: e.ID, At: e.Time}
	switch m := m.(type) {
	case *orderv1.OrderPaid:
		s.Paid = m
	case *orderv1.OrderCompleting:
		s.Total = m.GetTotalAmountFen()
	case *orderv1.OrderPaymentPending:
		s.Total = m.GetTotalAmountFen()
	case *orderv1.OrderAlarm:
		s.Code = m.GetCode()
	case *orderv1.FactRejected:
		s.Code, s.Field, s.Rule = m.GetProblem().GetCode(), m.GetProblem().GetField(), m.GetProblem().GetText()
		s.RequestID, s.State = m.GetRequestId(), m.GetState()
	case *orderv1.OrderRefused:
		s.Code = m.GetReason()
	case *orderv1.OrderRevoked:
		s.Code = m.GetReason()
	case *orderv1.OrderAbandoned:
		s.Code = m.GetReason()
	case *orderv1.OrderModified:
		s.Modified, s.RequestID = m, m.GetRequestId()
	case *orderv1.OrderCollectRequested:
		s.RequestID = m.GetRequestId()
	case *orderv1.OrderRefunded:
		s.Refunded, s.RequestID = m, m.GetRequestId()
	case *orderv1.OrderRefundFailed:
		s.Code, s.RequestID = m.GetReason(), m.GetRequestId()
	case *orderv1.ReceivableAged:
		s.Aged = m
	case *authinfov1.ServiceNotAuthorised:
		s.Code = m.GetReason()
	case *authinfov1.UserIdentified:
		s.UnionID = m.GetUnionId()
	}
	return s
}
