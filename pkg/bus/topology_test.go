package bus

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nats.go/micro"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/proto/contract"
)

func TestEveryListenerHasAConsumerThatSelectsItsEventAndNothingElse(t *testing.T) {
	selected := map[string]bool{}
	for _, c := range Consumers() {
		for _, filter := range filters(c.Config) {
			selected[c.Service+" "+c.Stream+" "+filter] = true
		}
	}
	for _, e := range contract.Events() {
		for _, listener := range e.Listeners {
			want := listener + " " + streamName(e.Owner) + " " + event.Pattern(e)
			if !selected[want] {
				t.Errorf("no consumer: %s", want)
			}
			delete(selected, want)
		}
	}
	for extra := range selected {
		t.Errorf("nobody listens by contract: %s", extra)
	}
}

func TestEveryEventHasExactlyOneStreamAndNoRequestHasAny(t *testing.T) {
	streamsOf := func(subject string) (names []string) {
		for _, s := range Streams(Profile{}) {
			if slices.ContainsFunc(s.Subjects, func(pattern string) bool { return matches(pattern, subject) }) {
				names = append(names, s.Name)
			}
		}
		return names
	}
	for _, e := range contract.Events() {
		subject := strings.ReplaceAll(event.Pattern(e), "*", "x")
		if got := streamsOf(subject); !slices.Equal(got, []string{streamName(e.Owner)}) {
			t.Errorf("%s is stored in %v", subject, got)
		}
	}
	for _, e := range contract.Endpoints() {
		for _, service := range e.Services {
			if got := streamsOf("facepay-rpc." + service + "." + e.Token); len(got) > 0 {
				t.Errorf("requests %s are captured by %v", e.Name, got)
			}
		}
	}
}

// matches is NATS's rule for a subject and a pattern with * and >.
func matches(pattern, subject string) bool {
	p, s := strings.Split(pattern, "."), strings.Split(subject, ".")
	for i, token := range p {
		if token == ">" {
			return len(s) > i
		}
		if i >= len(s) || token != "*" && token != s[i] {
			return false
		}
	}
	return len(p) == len(s)
}

func TestAMisspelledSubjectIsRefusedAtItsPublisher(t *testing.T) {
	b := applied(t, production())
	for _, subject := range []string{
		"facepay.kiosk.face_results.m.k", "facepay.kiosk.face_result.m", "facepay.kiosk.face_result.m.k.extra", "facepay.desk.anything.m.k",
	} {
		if _, err := b.js.Publish(t.Context(), subject, nil); err == nil {
			t.Errorf("%s was acknowledged, and nobody listens", subject)
		}
	}
}

func TestARequestIsAnsweredByItsServiceAndStoredNowhere(t *testing.T) {
	b := applied(t, production())
	endpoint := contract.Endpoints()[0]
	svc, err := micro.AddService(b.Conn(), micro.Config{
		Name: endpoint.Services[0], Version: "1.0.0",
		Endpoint: &micro.EndpointConfig{
			Subject: "facepay-rpc." + endpoint.Services[0] + "." + endpoint.Token,
			Handler: micro.HandlerFunc(func(r micro.Request) { _ = r.Respond([]byte("the answer")) }),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = svc.Stop() }()
	answer, err := b.Conn().Request("facepay-rpc."+endpoint.Services[0]+"."+endpoint.Token, []byte("?"), 5*time.Second)
	if err != nil || string(answer.Data) != "the answer" {
		t.Fatalf("got %v: %v", answer, err)
	}
	for _, s := range Streams(Profile{}) {
		stream, err := b.js.Stream(t.Context(), s.Name)
		if err != nil {
			t.Fatal(err)
		}
		if n := stream.CachedInfo().State.Msgs; n != 0 {
			t.Errorf("%s stored %d messages", s.Name, n)
		}
	}
}

func TestAnAppliedTopologyVerifiesAlsoASecondTime(t *testing.T) {
	b := applied(t, production())
	for range 2 {
		if err := b.Apply(t.Context(), Profile{}); err != nil {
			t.Fatal(err)
		}
		for _, c := range Consumers() {
			if err := b.Verify(t.Context(), c.Service); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestEveryKindOfDriftIsNamedAndRefused(t *testing.T) {
	b := applied(t, production())
	wrongStream := map[string]func(*jetstream.StreamConfig){
		"subjects":             func(c *jetstream.StreamConfig) { c.Subjects = append(c.Subjects, "other.>") },
		"discard":              func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardOld },
		"max_age":              func(c *jetstream.StreamConfig) { c.MaxAge = time.Hour },
		"max_bytes":            func(c *jetstream.StreamConfig) { c.MaxBytes = 1 << 20 },
		"max_msgs":             func(c *jetstream.StreamConfig) { c.MaxMsgs = 10 },
		"max_msgs_per_subject": func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 1 },
		"max_msg_size":         func(c *jetstream.StreamConfig) { c.MaxMsgSize = 10 },
		"no_ack":               func(c *jetstream.StreamConfig) { c.NoAck = true },
		"allow_atomic":         func(c *jetstream.StreamConfig) { c.AllowAtomicPublish = false },
		"duplicate_window":     func(c *jetstream.StreamConfig) { c.Duplicates = time.Minute },
	}
	for name, change := range wrongStream {
		cfg := streamConfig(t, "KIOSK")
		change(&cfg)
		if _, err := b.js.UpdateStream(t.Context(), cfg); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		refuses(t, b, "stream KIOSK: "+name+" is ")
		reapply(t, b)
	}
	wrongConsumer := map[string]func(*jetstream.ConsumerConfig){
		"filter":             func(c *jetstream.ConsumerConfig) { c.FilterSubjects = c.FilterSubjects[:1] },
		"ack_wait":           func(c *jetstream.ConsumerConfig) { c.AckWait = time.Second },
		"max_ack_pending":    func(c *jetstream.ConsumerConfig) { c.MaxAckPending = 1 },
		"max_deliver":        func(c *jetstream.ConsumerConfig) { c.MaxDeliver = 5 },
		"backoff":            func(c *jetstream.ConsumerConfig) { c.BackOff = []time.Duration{30 * time.Second} },
		"headers_only":       func(c *jetstream.ConsumerConfig) { c.HeadersOnly = true },
		"inactive_threshold": func(c *jetstream.ConsumerConfig) { c.InactiveThreshold = time.Hour },
	}
	for name, change := range wrongConsumer {
		cfg := consumerConfig(t, "KIOSK")
		change(&cfg)
		if _, err := b.js.UpdateConsumer(t.Context(), "KIOSK", cfg); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		refuses(t, b, "consumer "+service+" on KIOSK: "+name+" is ")
		reapply(t, b)
	}
}

// What cannot be changed on a living stream or consumer drifts when somebody makes it by hand.
func TestWhatWasMadeByHandOrIsMissingIsNamedAndRefused(t *testing.T) {
	b := applied(t, production())
	for name, change := range map[string]func(*jetstream.StreamConfig){
		"storage":     func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage },
		"retention":   func(c *jetstream.StreamConfig) { c.Retention = jetstream.InterestPolicy },
		"deny_delete": func(c *jetstream.StreamConfig) { c.DenyDelete = false },
		"persist_mode": func(c *jetstream.StreamConfig) {
			c.PersistMode, c.AllowAtomicPublish = jetstream.AsyncPersistMode, false // the server refuses both together
		},
	} {
		cfg := streamConfig(t, "NOTIFY")
		change(&cfg)
		cfg.MaxBytes = 1 << 20 // memory is scarce
		if err := b.js.DeleteStream(t.Context(), "NOTIFY"); err != nil {
			t.Fatal(err)
		}
		refuses(t, b, "stream NOTIFY is missing")
		refuses(t, b, "consumer "+service+" on NOTIFY is missing")
		if _, err := b.js.CreateStream(t.Context(), cfg); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		refuses(t, b, "stream NOTIFY: "+name+" is ")
	}
	for name, change := range map[string]func(*jetstream.ConsumerConfig){
		"deliver_policy": func(c *jetstream.ConsumerConfig) { c.DeliverPolicy = jetstream.DeliverNewPolicy },
		"ack_policy":     func(c *jetstream.ConsumerConfig) { c.AckPolicy = jetstream.AckAllPolicy },
		"replay_policy":  func(c *jetstream.ConsumerConfig) { c.ReplayPolicy = jetstream.ReplayOriginalPolicy },
		"mem_storage":    func(c *jetstream.ConsumerConfig) { c.MemoryStorage = true },
	} {
		cfg := consumerConfig(t, "KIOSK")
		change(&cfg)
		if err := b.js.DeleteConsumer(t.Context(), "KIOSK", cfg.Durable); err != nil {
			t.Fatal(err)
		}
		if _, err := b.js.CreateConsumer(t.Context(), "KIOSK", cfg); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		refuses(t, b, "consumer "+service+" on KIOSK: "+name+" is ")
	}
}

func TestASubscriptionRefusesToStartOnDrift(t *testing.T) {
	b := applied(t, production())
	if err := b.js.DeleteConsumer(t.Context(), "KIOSK", service); err != nil {
		t.Fatal(err)
	}
	s := subscribe(t, b, 1, answers(nil))
	if err := s.Start(t.Context()); fault.CodeOf(err) != "topology_drift" || !fault.Is(err, fault.Terminal) {
		t.Errorf("got %v", err)
	}
}

func TestAFactThatCouldNotBecomeADeadLetterIsRefusedAtItsPublisher(t *testing.T) {
	b := applied(t, production())
	_, err := b.js.PublishMsg(t.Context(), &nats.Msg{Subject: "facepay.kiosk.service_ended.m.n", Data: make([]byte, eventBytes+1)})
	if err == nil {
		t.Error("it was stored")
	}
}

func streamConfig(t *testing.T, name string) jetstream.StreamConfig {
	t.Helper()
	all := Streams(Profile{})
	return all[slices.IndexFunc(all, func(s jetstream.StreamConfig) bool { return s.Name == name })]
}

func consumerConfig(t *testing.T, stream string) jetstream.ConsumerConfig {
	t.Helper()
	all := Consumers()
	return all[slices.IndexFunc(all, func(c Consumer) bool { return c.Service == service && c.Stream == stream })].Config
}

func refuses(t *testing.T, b *Bus, what string) {
	t.Helper()
	err := b.Verify(t.Context(), service)
	if !fault.Is(err, fault.Terminal) || !strings.Contains(err.Error(), what) {
		t.Errorf("got %v, want a Terminal error that names %q", err, what)
	}
}

func reapply(t *testing.T, b *Bus) {
	t.Helper()
	if err := b.Apply(t.Context(), Profile{}); err != nil {
		t.Fatal(err)
	}
	if err := b.Verify(t.Context(), service); err != nil {
		t.Fatalf("after applying again: %v", err)
	}
}
