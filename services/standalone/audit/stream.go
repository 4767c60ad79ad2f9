package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// streamPatience is how long a batch of a stream is waited for before the reader is made anew.
const streamPatience = 5 * time.Second

// EachMessage gives every message that a stream holds now, oldest first. It reads a stream of any length in one pass.
func EachMessage(ctx context.Context, js jetstream.JetStream, stream string, each func(jetstream.Msg) error) error {
	s, err := js.Stream(ctx, stream)
	if err != nil {
		return fmt.Errorf("opening stream %s: %w", stream, err)
	}
	last := s.CachedInfo().State.LastSeq
	for next := uint64(1); next <= last; {
		consumer, err := js.OrderedConsumer(ctx, stream, jetstream.OrderedConsumerConfig{
			DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: next, InactiveThreshold: 6 * streamPatience,
		})
		if err != nil {
			return fmt.Errorf("reading stream %s: %w", stream, err)
		}
		read, err := fetchAll(consumer, last, each)
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if read == 0 {
			return fmt.Errorf("stream %s holds %d messages, and gives none from %d on", stream, last, next)
		}
		next = read + 1
	}
	return nil
}

// fetchAll reads batches until the message last has come or nothing more comes; read is the sequence of the latest.
func fetchAll(consumer jetstream.Consumer, last uint64, each func(jetstream.Msg) error) (read uint64, err error) {
	for read < last {
		batch, err := consumer.Fetch(1000, jetstream.FetchMaxWait(streamPatience))
		if err != nil {
			return read, err
		}
		before := read
		for msg := range batch.Messages() {
			meta, err := msg.Metadata()
			if err != nil {
				return read, err
			}
			if meta.Sequence.Stream > last {
				return last, nil
			}
			if err := each(msg); err != nil {
				return read, fmt.Errorf("%s: %w", msg.Subject(), err)
			}
			read = meta.Sequence.Stream
			if read == last {
				return read, nil
			}
		}
		if batch.Error() != nil || read == before {
			return read, nil // the caller goes on from here
		}
	}
	return read, nil
}
