package bus

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

func TestTheClassOfAnErrorDecides(t *testing.T) {
	unnamed := errors.New("a bug")
	for _, c := range []struct {
		name   string
		err    error
		failed uint64
		want   verdict
	}{
		{"success", nil, 1, done},
		{"duplicate", fault.New(fault.Duplicate, "c", ""), 1, done},
		{"terminal", fault.New(fault.Terminal, "c", ""), 1, setAside},
		{"not found", fault.New(fault.NotFound, "c", ""), 1, setAside},
		{"retry", fault.New(fault.Retry, "c", ""), 1, later},
		{"retry, after a night", fault.New(fault.Retry, "c", ""), 1e6, later},
		{"conflict", fault.New(fault.Conflict, "c", ""), 1e6, later},
		{"unknown outcome", fault.New(fault.UnknownOutcome, "c", ""), 1e6, later},
		{"a bug", unnamed, 1, later},
		{"a bug, ninth", unnamed, 9, later},
		{"a bug, tenth", unnamed, 10, setAside},
		{"a panic", &panicked{}, 9, later},
		{"a panic, tenth", &panicked{}, 10, setAside},
	} {
		got, delay := judge(production(), c.err, failures{all: c.failed, unexplained: c.failed})
		if got != c.want || (got == later) != (delay > 0) {
			t.Errorf("%s: verdict %d in %v, want %d", c.name, got, delay, c.want)
		}
	}
}

func TestWaitsGrowAndNeverOccupyTheConsumerForLong(t *testing.T) {
	pace := production()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64().Draw(t, "failures")
		asked := time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "asked"))
		got := pace.again(n, asked)
		if got < pace.first || got > time.Minute || got < min(asked, time.Minute) {
			t.Errorf("failure %d, asked for %v: %v", n, asked, got)
		}
		if n < 1<<63 && pace.again(n+1, asked) < got {
			t.Errorf("the wait shrinks behind failure %d", n)
		}
	})
}

func TestARetriedFactComesAgainUntilItIsDone(t *testing.T) {
	pace := quick()
	pace.ackWait = production().ackWait // what comes sooner was asked for
	b := applied(t, pace)
	var runs atomic.Int32
	finished := make(chan struct{})
	started(t, b, 2, func(context.Context, event.Event, proto.Message) error {
		if runs.Add(1) < 3*patience {
			return fault.New(fault.Retry, "store_away", "the store is away")
		}
		close(finished)
		return nil
	})
	publish(t, b, ended("N1"))
	receive(t, finished, "the last run")
	within(t, 10*time.Second, "acknowledged", func() bool { return unacked(t, b) == 0 })
	if n := runs.Load(); n != 3*patience {
		t.Errorf("%d runs", n)
	}
	if letters := deadLetters(t, b); len(letters) > 0 {
		t.Errorf("set aside: %+v", letters)
	}
}

func TestADuplicateIsAcknowledged(t *testing.T) {
	b := applied(t, quick())
	var runs atomic.Int32
	started(t, b, 2, func(context.Context, event.Event, proto.Message) error {
		runs.Add(1)
		return fault.New(fault.Duplicate, "known", "done before")
	})
	publish(t, b, ended("N1"))
	within(t, 10*time.Second, "handled and acknowledged", func() bool { return runs.Load() > 0 && unacked(t, b) == 0 })
	if runs.Load() != 1 || len(deadLetters(t, b)) != 0 {
		t.Errorf("%d runs, dead letters %v", runs.Load(), deadLetters(t, b))
	}
}

func TestWhatCannotSucceedBecomesADeadLetterWithItsReasonAndIsAcknowledged(t *testing.T) {
	b := applied(t, quick())
	started(t, b, 2, func(_ context.Context, e event.Event, _ proto.Message) error {
		switch e.Key {
		case "rule":
			return fault.Invalid("total_amount_fen", "total_amount_formula", "items less discounts are 90\nnot 100")
		case "bug":
			return errors.New("a bug")
		default:
			panic("with content")
		}
	})
	for _, key := range []string{"rule", "bug", "panic"} {
		publish(t, b, ended(key))
	}
	publishRaw(t, b, "facepay.kiosk.service_ended.m.broken", []byte(`{"merchnat":"m"}`))
	within(t, 15*time.Second, "all set aside and acknowledged", func() bool { return len(deadLetters(t, b)) == 4 && unacked(t, b) == 0 })

	want := map[string]DeadLetter{
		"rule":   {Class: "terminal", Code: "total_amount_formula", Text: "total_amount_formula [total_amount_fen]: items less discounts are 90; not 100", StreamSeq: "1", Deliveries: "1"},
		"bug":    {Class: "unclassified", Text: "a bug", StreamSeq: "2", Deliveries: "10"},
		"panic":  {Class: "unclassified", Text: "handler panicked with string", StreamSeq: "3", Deliveries: "10"},
		"broken": {Class: "terminal", Code: "event_malformed", Text: "event_malformed: facepay.kiosk.v1.ServiceEnded is not protojson: unknown field merchnat", StreamSeq: "4", Deliveries: "1"},
	}
	for _, got := range deadLetters(t, b) {
		key := got.Subject[strings.LastIndexByte(got.Subject, '.')+1:]
		w := want[key]
		w.Service, w.Stream, w.Subject = service, "KIOSK", "facepay.kiosk.service_ended.m."+key
		if diff := cmp.Diff(w, got, cmpopts.IgnoreFields(DeadLetter{}, "Seq", "At")); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
}

func TestNoMessageIsAcknowledgedBeforeItsDeadLetterIsStored(t *testing.T) {
	b := applied(t, quick())
	dead, err := b.js.Stream(t.Context(), DeadLetters)
	if err != nil {
		t.Fatal(err)
	}
	full := dead.CachedInfo().Config
	full.MaxMsgs = 1
	if _, err := b.js.UpdateStream(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	var runs atomic.Int32
	s := subscribeUnverified(t, b, func(context.Context, event.Event, proto.Message) error {
		runs.Add(1)
		return fault.New(fault.Terminal, "bad", "breaks a rule")
	})
	publish(t, b, ended("N1"))
	publish(t, b, ended("N2"))
	within(t, 10*time.Second, "the second is tried again and again", func() bool { return runs.Load() > 5 })
	if n := unacked(t, b); n != 1 {
		t.Errorf("%d not acknowledged while one dead letter cannot be stored", n)
	}
	full.MaxMsgs = -1
	if _, err := b.js.UpdateStream(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	within(t, 10*time.Second, "set aside at last", func() bool { return len(deadLetters(t, b)) == 2 && unacked(t, b) == 0 })
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// subscribeUnverified starts on a topology that was bent on purpose.
func subscribeUnverified(t *testing.T, b *Bus, handle Handler) *Subscription {
	t.Helper()
	s := subscribe(t, b, 1, handle)
	if err := s.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestACrashBetweenDeadLetterAndAcknowledgementLeavesOneDeadLetter(t *testing.T) {
	b := applied(t, quick())
	publish(t, b, ended("N1"))
	msg, err := opened(t, b).next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	meta, err := msg.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	bad := fault.New(fault.Terminal, "bad", "breaks a rule")
	if err := b.putAside(t.Context(), service, msg, meta, bad); err != nil {
		t.Fatal(err)
	}
	// Here the process dies. The message comes again after AckWait.
	started(t, b, 1, answers(bad))
	within(t, 10*time.Second, "acknowledged", func() bool { return unacked(t, b) == 0 })
	if n := len(deadLetters(t, b)); n != 1 {
		t.Errorf("%d dead letters", n)
	}
}

func TestTheLogOfAMessageNamesItAndNothingItHolds(t *testing.T) {
	const secret = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	b := applied(t, quick())
	var log lines
	b.log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	started(t, b, 2, func(_ context.Context, e event.Event, _ proto.Message) error {
		if e.Key == "N1" {
			return nil
		}
		panic(secret)
	})
	m := ended("N1")
	m.EndTimeRemark = secret
	publish(t, b, m)
	m.OutOrderNo = "N2"
	publish(t, b, m)
	publishRaw(t, b, "facepay.kiosk.service_ended.m."+secret, []byte(`{"end_time_remark":"`+secret+`","x":1}`))
	within(t, 15*time.Second, "all handled", func() bool { return len(deadLetters(t, b)) == 2 && unacked(t, b) == 0 })
	text := log.String()
	for _, want := range []string{`"key":"N1"`, `"next":"done"`, `"next":"again in `, `"next":"dead letter"`, `"class":"terminal"`, "settle_test.go"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	if strings.Contains(text, secret) {
		t.Errorf("the log holds content:\n%s", text)
	}
}

// lines is a log that many may write.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
