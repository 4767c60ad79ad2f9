package cli

import (
	"context"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

// earlier is what the streams hold before a request is published.
type earlier struct {
	// fact is what was published under the request's number before; nil for nothing.
	fact deskFact
	at   time.Time
	// heard is the last event of the order that is older than the request, by the brokers' clocks; of a new request, the last
	// of all. The answer is behind it.
	heard uint64
}

// madeBefore looks for a request of the same number, so that a repeat means the same bytes: the time it was asked at is part
// of them. It sees as far back as the streams do. Errors are Retry.
func madeBefore(ctx context.Context, b *bus.Bus, merchant, number, requestID string) (earlier, error) {
	stored, err := b.About(ctx, number)
	if err != nil {
		return earlier{}, err
	}
	var e earlier
	for _, s := range stored { // oldest first
		if strings.Split(s.Subject, ".")[3] != event.Token(merchant) {
			continue
		}
		if s.Stream == orderStream && e.fact == nil {
			e.heard = max(e.heard, s.Seq)
		}
		_, m, err := event.Read(s.Subject, s.Header, s.Data, s.At)
		if had, ok := asDeskFact(m); ok && err == nil && e.fact == nil && had.GetRequestId() == requestID {
			e.fact, e.at = had, s.At
		}
	}
	return e, nil
}

// sameAs is nil when the request was not made before, or was with the content of fact; else a Conflict, as order-lifecycle would
// answer.
func (e earlier) sameAs(fact deskFact) error {
	if e.fact == nil || (e.fact.ProtoReflect().Descriptor() == fact.ProtoReflect().Descriptor() && proto.Equal(timeless(e.fact), timeless(fact))) {
		return nil
	}
	return &fault.Error{Class: fault.Conflict, Code: "request_id_conflict", Field: "--request-id",
		Text: "was used before in this order with another content; a new try needs a new one"}
}

// timeless is a copy without the time at which it was asked for.
func timeless(m deskFact) proto.Message {
	c := proto.Clone(m)
	r := c.ProtoReflect()
	r.Clear(r.Descriptor().Fields().ByName("occurred_at"))
	return c
}
