package audit

import (
	"crypto/sha256"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/money"
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
	// Total is the commanded amount of service_ended, completing, payment_pending and paid, Paid what a paid proves; fen.
	Total, Paid money.Fen
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
	s = Said{Name: strings.Split(msg.Subject(), ".")[2], ID: e.ID, Content: sha256.Sum256(append([]byte(msg.Subject()+"\n"), e.Body...))}
	switch m := m.(type) {
	case *kioskv1.ServiceEnded:
		s.Total = money.Fen(m.GetTotalAmountFen())
	case *orderv1.OrderCompleting:
		s.Total = money.Fen(m.GetTotalAmountFen())
	case *orderv1.OrderPaymentPending:
		s.Total = money.Fen(m.GetTotalAmountFen())
	case *orderv1.OrderPaid:
		s.Total, s.Paid = money.Fen(m.GetTotalAmountFen()), money.Fen(m.GetPaidAmountFen())
	case *orderv1.FactRejected:
		s.Code, s.FactID = m.GetProblem().GetCode(), m.GetFactId()
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

// Names are the names of events in order.
func Names(all []Said) []string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	return names
}
