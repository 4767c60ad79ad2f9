package bus

import (
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/proto/contract"
)

// Profile is what differs between deployments of the same topology.
type Profile struct {
	// Replicas of every stream: 1 on a single server, 3 on a cluster.
	Replicas int
}

// DeadLetters is the stream of messages set aside; its subjects are facepay.deadletter.<service>.<stream>.
const DeadLetters = "DEADLETTER"

// retention: how long and how much of a stream is kept. Projections older than this are rebuilt from their owner.
const (
	streamAge       = 30 * 24 * time.Hour
	streamBytes     = 2 << 30
	deadLetterAge   = 365 * 24 * time.Hour
	deadLetterBytes = 1 << 30
	dedupeWindow    = 10 * time.Minute
	// maxAckPending is how far behind a hot key's crowd the broker looks for the facts of others: what is given back for
	// a moment counts.
	maxAckPending = 8192
	// eventBytes is half of the server's max_payload: whatever a stream took still fits with the headers of a dead
	// letter. A larger fact is refused at its publisher, instead of coming again here for ever.
	eventBytes = 512 << 10
)

// Streams are all streams, as data: one per owner of events and one for dead letters.
func Streams(p Profile) []jetstream.StreamConfig {
	var all []jetstream.StreamConfig
	at := map[string]int{}
	for _, e := range contract.Events() {
		name := streamName(e.Owner)
		i, ok := at[name]
		if !ok {
			i = len(all)
			at[name] = i
			s := stream(p, name, streamAge, streamBytes)
			s.MaxMsgSize = eventBytes
			s.AllowAtomicPublish = true // for PublishMany
			all = append(all, s)
		}
		all[i].Subjects = append(all[i].Subjects, event.Pattern(e))
	}
	dead := stream(p, DeadLetters, deadLetterAge, deadLetterBytes)
	dead.Subjects = []string{event.Root + ".deadletter.>"}
	return append(all, dead)
}

func stream(p Profile, name string, age time.Duration, bytes int64) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:    name,
		Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Replicas: max(p.Replicas, 1),
		MaxAge: age, MaxBytes: bytes,
		// A full stream refuses; it never drops what was not consumed.
		Discard: jetstream.DiscardNew, DenyDelete: true, Duplicates: dedupeWindow,
	}
}

// Consumer is one durable consumer: a service listening to one stream.
type Consumer struct {
	Service, Stream string
	Config          jetstream.ConsumerConfig
}

// Consumers are all durable consumers, derived from the listeners in the contract.
func Consumers() []Consumer { return consumers(production()) }

func consumers(t tempo) []Consumer {
	var all []Consumer
	at := map[string]int{}
	for _, e := range contract.Events() {
		for _, service := range e.Listeners {
			key := service + "/" + streamName(e.Owner)
			i, ok := at[key]
			if !ok {
				i = len(all)
				at[key] = i
				all = append(all, Consumer{Service: service, Stream: streamName(e.Owner), Config: consumer(service, t)})
			}
			all[i].Config.FilterSubjects = append(all[i].Config.FilterSubjects, event.Pattern(e))
		}
	}
	return all
}

// consumer leaves MaxDeliver unlimited: what to set aside is decided by error class (settle.go), not by a count that a
// night without a database would use up. BackOff stays unset, since it overrides AckWait.
func consumer(service string, t tempo) jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		Durable: service, AckPolicy: jetstream.AckExplicitPolicy, DeliverPolicy: jetstream.DeliverAllPolicy,
		AckWait: t.ackWait, MaxAckPending: maxAckPending, MaxDeliver: -1,
	}
}

// streamName gives the stream of an owner. What the back office says about an order (desk) is stored with what the
// kiosk says.
func streamName(owner string) string {
	if owner == "desk" {
		owner = "kiosk"
	}
	return strings.ToUpper(owner)
}
