package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

// earlier is what the streams hold before a request is published.
type earlier struct {
	// fact is what was published under the request's number before; nil for nothing.
	fact deskFact
	at   time.Time
	// others are the requests about the order under other numbers, oldest first.
	others []deskFact
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
		had, ok := asDeskFact(m)
		switch {
		case err != nil || !ok:
		case had.GetRequestId() != requestID:
			e.others = append(e.others, had)
		case e.fact == nil:
			e.fact, e.at = had, s.At
		}
	}
	return e, nil
}

// sameAs is nil when the request was not made before, or was with the content of fact; else a Conflict, as order-lifecycle would
// answer.
func (e earlier) sameAs(fact deskFact) error {
	if e.fact == nil || proto.Equal(content(e.fact), content(fact)) {
		return nil
	}
	return &fault.Error{Class: fault.Conflict, Code: "request_id_conflict", Field: "--request-id",
		Text: "was used before in this order with another content: look up what became of it first"}
}

// alike is the last request about the order that asked for the same under another number; nil for none.
func (e earlier) alike(fact deskFact) deskFact {
	for _, other := range slices.Backward(e.others) {
		if proto.Equal(content(other), content(fact)) {
			return other
		}
	}
	return nil
}

// content is a copy of what was asked for, without the request's number and time.
func content(m deskFact) proto.Message {
	c := proto.Clone(m)
	r := c.ProtoReflect()
	for _, name := range []protoreflect.Name{"request_id", "occurred_at"} {
		r.Clear(r.Descriptor().Fields().ByName(name))
	}
	return c
}
