package notify

import (
	"encoding/json"

	"github.com/facepay-go/facepay/pkg/wechatpay"
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

// Envelope is a verified notification before decryption (§7.2).
type Envelope struct {
	// ID names the delivery, not the fact: keep it for audit, do not dedupe by it alone (§7.5).
	ID string `json:"id"`
	// CreateTime is RFC 3339 as received.
	CreateTime   string    `json:"create_time"`
	EventType    EventType `json:"event_type"`
	ResourceType string    `json:"resource_type"`
	Summary      string    `json:"summary"`
	Resource     Resource  `json:"resource"`
}

// Resource is the sealed entity.
type Resource struct {
	OriginalType   string `json:"original_type"` // may be absent
	Algorithm      string `json:"algorithm"`
	Nonce          string `json:"nonce"`
	AssociatedData string `json:"associated_data"` // may be empty or absent
	Ciphertext     string `json:"ciphertext"`
}

// Parse reads the envelope of a verified body. An error is BadEnvelope.
func Parse(body []byte) (Envelope, error) {
	var e Envelope
	if json.Unmarshal(body, &e) != nil {
		return Envelope{}, wechatpay.Reject(wechatpay.BadEnvelope, "the notification is not its documented JSON")
	}
	if e.ID == "" || e.EventType == "" || e.Resource.Ciphertext == "" {
		return Envelope{}, wechatpay.Reject(wechatpay.BadEnvelope, "the notification has no id, event_type or ciphertext")
	}
	return e, nil
}
