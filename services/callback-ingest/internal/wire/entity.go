// Package wire translates: a decrypted WeChat entity into the fact it tells, and into the event that publishes it.
package wire

import (
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

// Entity is a decrypted entity that was read.
type Entity interface {
	// Fact is what it tells, reduced to what names and routes it.
	Fact() notice.Fact
	// Message is the event that publishes it. UserKey names the user where the event does.
	Message(origin *notifyv1.Origin, merchant string, users UserKey) proto.Message
}

// Read reads the entity that the event type promises (wechat-protocol.md §7.1, §7.3, §9.4). Of an event type that is new, an
// entity that has the shape of an order or a refund is read as one: what it tells of money must not lie unread. An error is
// NotFound unknown_event_type, or Terminal bad_entity.
func Read(eventType string, plain []byte) (Entity, error) {
	switch notice.KindOf(eventType) {
	case notice.PayScoreOrder:
		return readOrder(eventType, plain)
	case notice.PayScoreAuthorization:
		return readAuthorization(plain)
	case notice.WeChatRefund:
		return readRefund(plain)
	}
	if o, err := readOrder(eventType, plain); err == nil {
		return o, nil
	}
	if r, err := readRefund(plain); err == nil {
		return r, nil
	}
	return nil, fault.New(fault.NotFound, "unknown_event_type", "no event is made of it")
}
