package bus

import (
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

// What a stream acknowledges, and how far a consumer has come, outlive the power: on disk, acknowledged, written before the
// acknowledgement (an async persist mode lost acknowledged messages with a kill -9).
func TestEveryStreamAndConsumerKeepsWhatItAcknowledged(t *testing.T) {
	b := applied(t, production())
	for _, want := range Streams(Profile{}) {
		s, err := b.js.Stream(t.Context(), want.Name)
		if err != nil {
			t.Fatal(err)
		}
		c := s.CachedInfo().Config
		if c.Storage != jetstream.FileStorage || c.NoAck || c.PersistMode != jetstream.DefaultPersistMode || c.Retention != jetstream.LimitsPolicy || c.Discard != jetstream.DiscardNew {
			t.Errorf("%s: storage %v, no_ack %v, persist mode %v, retention %v, discard %v", c.Name, c.Storage, c.NoAck, c.PersistMode, c.Retention, c.Discard)
		}
	}
	for _, want := range Consumers() {
		consumer, err := b.js.Consumer(t.Context(), want.Stream, want.Config.Durable)
		if err != nil {
			t.Fatal(err)
		}
		c := consumer.CachedInfo().Config
		if c.MemoryStorage || c.AckPolicy != jetstream.AckExplicitPolicy || c.InactiveThreshold != 0 {
			t.Errorf("%s on %s: in memory %v, acknowledgements %v, forgotten after %v", c.Durable, want.Stream, c.MemoryStorage, c.AckPolicy, c.InactiveThreshold)
		}
	}
}
