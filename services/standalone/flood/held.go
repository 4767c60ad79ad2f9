package flood

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
)

// held is how many notices the store has and how many messages the stream.
func (s *site) held(ctx context.Context) (rows, events int, err error) {
	by, err := s.docs.rows(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, n := range by {
		rows += n
	}
	stream, err := s.stream(ctx)
	if err != nil {
		return 0, 0, err
	}
	return rows, int(stream.CachedInfo().State.Msgs), nil
}

func (s *site) stream(ctx context.Context) (jetstream.Stream, error) {
	js, err := jetstream.New(s.bus.Conn())
	if err != nil {
		return nil, err
	}
	return js.Stream(ctx, "NOTIFY")
}

// published is what the stream NOTIFY says, read from its beginning to its end.
type published struct {
	messages int
	bytes    uint64
	// distinct are event ids, changed those that came again with another content; the contract allows the same id again
	// with the same content.
	distinct, changed int
	// told counts the events of each fact by distinct id; foreign are events of no fact that was sent.
	told    []uint8
	foreign int
}

// read reads the stream; facts is how many were sent.
func (s *site) read(ctx context.Context, facts int) (*published, error) {
	stream, err := s.stream(ctx)
	if err != nil {
		return nil, err
	}
	state := stream.CachedInfo().State
	p := &published{told: make([]uint8, facts), bytes: state.Bytes}
	if state.Msgs == 0 {
		return p, nil
	}
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverAllPolicy})
	if err != nil {
		return nil, err
	}
	messages, err := consumer.Messages()
	if err != nil {
		return nil, err
	}
	defer messages.Stop()
	contents := make(map[[sha256.Size]byte][sha256.Size]byte, facts)
	for range state.Msgs {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return nil, fmt.Errorf("reading NOTIFY: %w", err)
		}
		if err := p.take(msg, contents); err != nil {
			return nil, err
		}
	}
	p.distinct = len(contents)
	return p, nil
}

// take counts one message. contents are the digests of ids and of what came under them.
func (p *published) take(msg jetstream.Msg, contents map[[sha256.Size]byte][sha256.Size]byte) error {
	meta, err := msg.Metadata()
	if err != nil {
		return fmt.Errorf("reading NOTIFY: %w", err)
	}
	e, m, err := event.Read(msg.Subject(), msg.Headers(), msg.Data(), meta.Timestamp)
	if err != nil {
		return fmt.Errorf("reading NOTIFY: %w", err)
	}
	p.messages++
	id, content := sha256.Sum256([]byte(e.ID)), sha256.Sum256(msg.Data())
	if before, again := contents[id]; again {
		if before != content {
			p.changed++
		}
		return nil
	}
	contents[id] = content
	notified, ok := m.(*notifyv1.PayScoreOrderNotified)
	if !ok {
		p.foreign++
		return nil
	}
	f, ok := factOf(notified.GetOutOrderNo(), notified.GetPaidAmountFen())
	if !ok || int(f) >= len(p.told) {
		p.foreign++
		return nil
	}
	p.told[f] = min(p.told[f]+1, 2)
	return nil
}
