package audit

import (
	"crypto/sha256"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/money"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// Said is one stored event.
type Said struct {
	// Name is the event's token: opened, paid, face_result, payscore_order, …
	Name, ID string
	// Code tells rejections and alarms apart, and why an order was refused, revoked or abandoned.
	Code string
	// FactID is the refused fact of a fact_rejected.
	FactID string
	// RequestID is the back office's number of a request, and of the event that answers it; empty where there is none.
	RequestID string
	// Total is the commanded amount of service_ended, amount_modify_requested, completing, payment_pending, modified and
	// paid, Paid what a paid proves, ByMerchant the part of it that WeChat did not collect; fen.
	Total, Paid, ByMerchant money.Fen
	// Amount is what the customer paid by a paid_elsewhere, 0 is the whole; or what a refund gives back, of the payment TransactionID; Refunded the sum of the order's refunds so far; fen.
	Amount, Refunded           money.Fen
	TransactionID, OutRefundNo string
	// Age is what a receivable_aged tells, seconds.
	Age int64
	// Confirmed is true for a service_requested of a need-confirm service: its user is not named.
	Confirmed bool
	// At is when it happened, by its publisher's clock; for facts of kiosks when they came.
	At time.Time
	// Content is the digest of subject and body.
	Content [sha256.Size]byte
}

// ReadSaid decodes a stored message and tells which number, or other key, it is about. Errors are Terminal: no service
// of ours publishes what cannot be read.
func ReadSaid(msg jetstream.Msg) (key string, s Said, err error) {
	e, m, err := event.Read(msg.Subject(), msg.Headers(), msg.Data(), time.Time{})
	if err != nil {
		return "", Said{}, err
	}
	s = Said{Name: strings.Split(msg.Subject(), ".")[2], ID: e.ID, At: e.Time, Content: sha256.Sum256(append([]byte(msg.Subject()+"\n"), e.Body...))}
	switch m := m.(type) {
	case *kioskv1.ServiceEnded:
		s.Total = money.Fen(m.GetTotalAmountFen())
	case *kioskv1.ServiceRequested:
		s.Confirmed = m.GetOpenid() == ""
	case *deskv1.AmountModifyRequested:
		s.RequestID, s.Total = m.GetRequestId(), money.Fen(m.GetTotalAmountFen())
	case *deskv1.RefundRequested:
		s.RequestID, s.Amount, s.TransactionID = m.GetRequestId(), money.Fen(m.GetAmountFen()), m.GetTransactionId()
	case *deskv1.PaidElsewhere:
		s.RequestID, s.Amount = m.GetRequestId(), money.Fen(m.GetAmountFen())
	case requested:
		s.readAnswer(m)
		s.RequestID = m.GetRequestId()
	case *orderv1.OrderCompleting:
		s.Total = money.Fen(m.GetTotalAmountFen())
	case *orderv1.OrderPaymentPending:
		s.Total = money.Fen(m.GetTotalAmountFen())
	case *orderv1.OrderPaid:
		s.Total, s.Paid = money.Fen(m.GetTotalAmountFen()), money.Fen(m.GetPaidAmountFen())
		for _, c := range m.GetCollections() {
			if c.GetPaidBy() == orderv1.PaidBy_PAID_BY_MERCHANT {
				s.ByMerchant += money.Fen(c.GetAmountFen())
			}
		}
	case *orderv1.ReceivableAged:
		s.Age = m.GetAgeSeconds()
	case *orderv1.OrderAlarm:
		s.Code = m.GetCode()
	case *orderv1.OrderRefused:
		s.Code = m.GetReason()
	case *orderv1.OrderRevoked:
		s.Code = m.GetReason()
	case *orderv1.OrderAbandoned:
		s.Code = m.GetReason()
	}
	return e.Key, s, nil
}

// requested is a request of the back office, or an event that answers one.
type requested interface{ GetRequestId() string }

// readAnswer reads what answers a request of the back office.
func (s *Said) readAnswer(m requested) {
	switch m := m.(type) {
	case *orderv1.FactRejected:
		s.Code, s.FactID = m.GetProblem().GetCode(), m.GetFactId()
	case *orderv1.OrderModified:
		s.Total = money.Fen(m.GetTotalAmountFen())
	case *orderv1.OrderRefunded:
		s.Amount, s.Refunded = money.Fen(m.GetAmountFen()), money.Fen(m.GetRefundedAmountFen())
		s.TransactionID, s.OutRefundNo = m.GetTransactionId(), m.GetOutRefundNo()
	case *orderv1.OrderRefundFailed:
		s.Code, s.Amount, s.TransactionID, s.OutRefundNo = m.GetReason(), money.Fen(m.GetAmountFen()), m.GetTransactionId(), m.GetOutRefundNo()
	}
}

// Names are the names of events in order.
func Names(all []Said) []string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	return names
}
