package notify

import (
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
)

// EventType says which entity a notification carries (§7.1).
type EventType string

// The events facepay takes; others are kept as text. Complete, cancel, modify, sync, expiry and failed deductions have
// none (§7.1).
const (
	UserOpenService  EventType = "PAYSCORE.USER_OPEN_SERVICE"
	UserCloseService EventType = "PAYSCORE.USER_CLOSE_SERVICE"
	// UserConfirm never comes for a no-confirm order.
	UserConfirm    EventType = "PAYSCORE.USER_CONFIRM"
	UserPaid       EventType = "PAYSCORE.USER_PAID"
	RefundSuccess  EventType = "REFUND.SUCCESS"
	RefundAbnormal EventType = "REFUND.ABNORMAL"
	RefundClosed   EventType = "REFUND.CLOSED"
)

// Envelope is what is used of a verified notification before decryption (§7.2). Its other fields are decoration: what WeChat
// signed is kept, whatever they look like.
type Envelope struct {
	// ID names the delivery, not the fact: keep it for audit, do not dedupe by it alone (§7.5). "" when it cannot be read.
	ID string
	// CreateTime is RFC 3339 as received, "" when it cannot be read.
	CreateTime string
	// EventType is "" when it is missing: the entity then says what it is.
	EventType EventType
	Resource  Resource
}

// Resource is the sealed entity.
type Resource struct {
	Algorithm      string
	Nonce          string
	AssociatedData string // may be empty or absent
	Ciphertext     string
}

// Parse reads the envelope of a verified body. An error is BadEnvelope: there is nothing to open.
func Parse(body []byte) (Envelope, error) {
	o, err := entity.Read(body)
	if err != nil {
		return Envelope{}, wechatpay.Reject(wechatpay.BadEnvelope, "the notification is not a JSON object")
	}
	sealed, _ := o.Object("resource")
	e := Envelope{
		ID: o.Aside("id"), CreateTime: o.Aside("create_time"), EventType: EventType(o.Aside("event_type")),
		Resource: Resource{
			Algorithm: sealed.Text("algorithm"), Nonce: sealed.Text("nonce"), AssociatedData: sealed.Text("associated_data"), Ciphertext: sealed.Text("ciphertext"),
		},
	}
	if o.Err() != nil {
		return Envelope{}, wechatpay.Reject(wechatpay.BadEnvelope, fault.FieldOf(o.Err())+" of the notification cannot be read")
	}
	if e.Resource.Ciphertext == "" {
		return Envelope{}, wechatpay.Reject(wechatpay.BadEnvelope, "the notification has no ciphertext")
	}
	return e, nil
}
