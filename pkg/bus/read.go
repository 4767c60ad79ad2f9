package bus

import (
	"context"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/proto/contract"
)

// Stored is an event as a stream holds it.
type Stored struct {
	Stream string
	Seq    uint64
	// At is when the broker stored it.
	At     time.Time
	Header map[string][]string
	// Subject is the full subject.
	Subject string
	Data    []byte
}

// About reads every event about one key (an out_order_no) of any merchant from all streams, in the order they were
// stored. It goes back as far as the streams do. Errors are Retry, Terminal for an empty key.
func (b *Bus) About(ctx context.Context, key string) ([]Stored, error) {
	if key == "" {
		return nil, fault.Invalid("key", "field_required", "no key to look for")
	}
	var all []Stored
	for _, owner := range contract.Owners() {
		prefix := event.Root + "." + owner + ".*.*." + event.Token(key)
		got, err := b.read(ctx, streamName(owner), jetstream.OrderedConsumerConfig{FilterSubjects: []string{prefix, prefix + ".>"}})
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
	}
	slices.SortStableFunc(all, func(x, y Stored) int { return x.At.Compare(y.At) })
	return all, nil
}

// read gets what a stream holds now of what the consumer selects.
func (b *Bus) read(ctx context.Context, stream string, selects jetstream.OrderedConsumerConfig) ([]Stored, error) {
	cons, err := b.js.OrderedConsumer(ctx, stream, selects)
	if err != nil {
		return nil, fault.Wrap(err, fault.Retry, "stream_unreadable", "reading "+stream)
	}
	var all []Stored
	for {
		batch, err := cons.FetchNoWait(256)
		if err != nil {
			return nil, fault.Wrap(err, fault.Retry, "stream_unreadable", "reading "+stream)
		}
		n := 0
		for msg := range batch.Messages() {
			n++
			meta, err := msg.Metadata()
			if err != nil {
				return nil, fault.Wrap(err, fault.Retry, "stream_unreadable", "reading "+stream)
			}
			all = append(all, Stored{
				Stream: stream, Seq: meta.Sequence.Stream, At: meta.Timestamp.UTC(),
				Header: msg.Headers(), Subject: msg.Subject(), Data: msg.Data(),
			})
		}
		if err := batch.Error(); err != nil {
			return nil, fault.Wrap(err, fault.Retry, "stream_unreadable", "reading "+stream)
		}
		if n == 0 {
			return all, nil
		}
	}
}
