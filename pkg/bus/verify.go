package bus

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Verify compares the server's streams and this service's consumers with the data. A service refuses to run on drift:
// every difference is named in the Terminal error. An unreachable server is Retry. Replicas are the deployment's choice
// and not compared.
func (b *Bus) Verify(ctx context.Context, service string) error {
	var drift []string
	for _, want := range Streams(Profile{}) {
		s, err := b.js.Stream(ctx, want.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			drift = append(drift, "stream "+want.Name+" is missing")
			continue
		}
		if err != nil {
			return fault.Wrap(err, fault.Retry, "topology_verify", "stream "+want.Name)
		}
		drift = append(drift, differences("stream "+want.Name, streamSettings(s.CachedInfo().Config), streamSettings(want))...)
	}
	for _, want := range consumers(b.tempo) {
		if want.Service != service {
			continue
		}
		name := "consumer " + want.Config.Durable + " on " + want.Stream
		c, err := b.js.Consumer(ctx, want.Stream, want.Config.Durable)
		if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
			drift = append(drift, name+" is missing")
			continue
		}
		if err != nil {
			return fault.Wrap(err, fault.Retry, "topology_verify", name)
		}
		drift = append(drift, differences(name, consumerSettings(c.CachedInfo().Config), consumerSettings(want.Config))...)
	}
	if len(drift) > 0 {
		return fault.New(fault.Terminal, "topology_drift", "%s; run `facepayctl topology apply`", strings.Join(drift, "; "))
	}
	return nil
}

type setting struct {
	name  string
	value any
}

// streamSettings are what can lose, hide or reorder events. The names are those of the nats command.
func streamSettings(c jetstream.StreamConfig) []setting {
	return []setting{
		{"subjects", sorted(c.Subjects)}, {"storage", c.Storage}, {"retention", c.Retention}, {"discard", c.Discard},
		{"max_age", c.MaxAge}, {"max_bytes", limit(c.MaxBytes)}, {"max_msgs", limit(c.MaxMsgs)},
		{"max_msgs_per_subject", limit(c.MaxMsgsPerSubject)}, {"max_msg_size", limit(int64(c.MaxMsgSize))},
		{"max_consumers", limit(int64(c.MaxConsumers))}, {"deny_delete", c.DenyDelete}, {"sealed", c.Sealed}, {"no_ack", c.NoAck},
		{"duplicate_window", c.Duplicates}, {"persist_mode", c.PersistMode}, {"transforms_subjects", c.SubjectTransform != nil},
		{"allow_atomic", c.AllowAtomicPublish}, {"mirrors", c.Mirror != nil}, {"sources", len(c.Sources)},
	}
}

func consumerSettings(c jetstream.ConsumerConfig) []setting {
	return []setting{
		{"filter", filters(c)}, {"deliver_policy", c.DeliverPolicy}, {"ack_policy", c.AckPolicy}, {"ack_wait", c.AckWait},
		{"max_ack_pending", c.MaxAckPending}, {"max_deliver", c.MaxDeliver}, {"backoff", len(c.BackOff)},
		{"replay_policy", c.ReplayPolicy}, {"headers_only", c.HeadersOnly}, {"inactive_threshold", c.InactiveThreshold},
		{"mem_storage", c.MemoryStorage}, {"paused", c.PauseUntil != nil},
	}
}

// filters reads the subjects of a consumer: the server may fold a single one into another field.
func filters(c jetstream.ConsumerConfig) []string {
	f := c.FilterSubjects
	if c.FilterSubject != "" {
		f = append(slices.Clone(f), c.FilterSubject)
	}
	return sorted(f)
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// limit spells "no limit" one way: servers answer -1 for an unset one.
func limit(n int64) int64 { return max(n, 0) }

func differences(what string, got, want []setting) []string {
	var out []string
	for i, w := range want {
		if !reflect.DeepEqual(got[i].value, w.value) {
			out = append(out, fmt.Sprintf("%s: %s is %v, want %v", what, w.name, got[i].value, w.value))
		}
	}
	return out
}
