package bus

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
)

// batch is n events of one stream.
func batch(t testing.TB, n int) []event.Event {
	t.Helper()
	es := make([]event.Event, n)
	for i := range es {
		es[i] = eventOf(t, ended(number(i)))
	}
	return es
}

// wantStoredOnce holds that the stream of the kiosks has each of these events, and nothing else.
func wantStoredOnce(t *testing.T, b *Bus, es []event.Event) {
	t.Helper()
	s, err := b.js.Stream(t.Context(), "KIOSK")
	if err != nil {
		t.Fatal(err)
	}
	if n := s.CachedInfo().State.Msgs; n != uint64(len(es)) {
		t.Errorf("%d messages for %d events", n, len(es))
	}
	for _, e := range es {
		if found := stored(t, b, e.Key); len(found) != 1 || found[0].Header["ce-id"][0] != e.ID {
			t.Errorf("%s: %+v", e.Key, found)
		}
	}
}

func wantPublished(t *testing.T, errs []error) {
	t.Helper()
	for i, err := range errs {
		if err != nil {
			t.Errorf("event %d: %v", i, err)
		}
	}
}

func TestABatchIsStoredOnceHoweverOftenItIsPublished(t *testing.T) {
	for _, n := range []int{fewestInBatch - 1, fewestInBatch, 100} {
		b, es := applied(t, production()), batch(t, n)
		for range 2 {
			wantPublished(t, b.PublishMany(t.Context(), es))
		}
		wantStoredOnce(t, b, es)
	}
}

func TestMoreThanOneBatchTakesIsPublishedInSeveral(t *testing.T) {
	b, es := applied(t, production()), batch(t, mostInBatch+fewestInBatch+1)
	wantPublished(t, b.PublishMany(t.Context(), es))
	wantStoredOnce(t, b, es)
}

func TestABatchIsAnsweredAsOne(t *testing.T) {
	b, es := applied(t, production()), batch(t, 100)
	if err, settled := b.publishBatch(t.Context(), es); err != nil || !settled {
		t.Fatalf("%v, settled: %v", err, settled)
	}
	wantStoredOnce(t, b, es)
	if err, settled := b.publishBatch(t.Context(), es); err != nil || settled {
		t.Errorf("known facts: %v, settled: %v", err, settled)
	}
	wantStoredOnce(t, b, es)
}

func TestOneThatABatchCannotTakeKeepsNoOtherBack(t *testing.T) {
	huge := eventOf(t, &kioskv1.ServiceEnded{Merchant: "m", OutOrderNo: "huge", PostPayments: []*kioskv1.Payment{{Name: strings.Repeat("x", eventBytes)}}})
	t.Run("known", func(t *testing.T) {
		b, es := applied(t, production()), batch(t, 40)
		publish(t, b, ended(number(7)))
		wantPublished(t, b.PublishMany(t.Context(), es))
		wantStoredOnce(t, b, es)
	})
	t.Run("twice in it", func(t *testing.T) {
		b, es := applied(t, production()), batch(t, 40)
		wantPublished(t, b.PublishMany(t.Context(), append(slices.Clone(es), es[3])))
		wantStoredOnce(t, b, es)
	})
	t.Run("too large", func(t *testing.T) {
		b, es := applied(t, production()), batch(t, 40)
		errs := b.PublishMany(t.Context(), slices.Insert(slices.Clone(es), 20, huge))
		if !fault.Is(errs[20], fault.Retry) {
			t.Errorf("the large one: %v", errs[20])
		}
		wantPublished(t, slices.Delete(errs, 20, 21))
		wantStoredOnce(t, b, es)
	})
}

func TestAStreamThatTakesNoBatchesIsPublishedToAllTheSame(t *testing.T) {
	b, es := applied(t, production()), batch(t, 40)
	for _, s := range Streams(Profile{}) {
		s.AllowAtomicPublish = false
		if _, err := b.js.UpdateStream(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	wantPublished(t, b.PublishMany(t.Context(), es))
	wantStoredOnce(t, b, es)
}

func TestABatchWithoutABrokerOrAStreamIsRetry(t *testing.T) {
	server, err := embedded.Start(t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b, es := connect(t, server, production()), batch(t, 40)
	for _, err := range b.PublishMany(t.Context(), es) {
		if !fault.Is(err, fault.Retry) || fault.CodeOf(err) != "stream_missing" {
			t.Errorf("without a stream: %v", err)
		}
	}
	server.Stop()
	for _, err := range b.PublishMany(t.Context(), es) {
		if !fault.Is(err, fault.Retry) {
			t.Errorf("without a broker: %v", err)
		}
	}
}

func TestOnlyAnAnswerThatConfirmsTheWholeBatchConfirmsIt(t *testing.T) {
	for text, want := range map[string]struct{ settled, confirmed bool }{
		`{"stream":"KIOSK","seq":9,"batch":"x","count":3}`: {true, true},
		`{"stream":"KIOSK","seq":9,"batch":"x","count":2}`: {true, false},
		`{"stream":"KIOSK","seq":9}`:                       {true, false},
		``:                                                 {true, false},
		`{"stream":"KIOSK","error":{"code":400,"err_code":10201,"description":"dup"}}`: {false, true},
	} {
		if settled, err := batchAnswer([]byte(text), 3); settled != want.settled || (err == nil) != want.confirmed {
			t.Errorf("%s: settled %v, %v", text, settled, err)
		}
	}
}

// BenchmarkPublishMany shows from how many events on a batch is worth its file.
func BenchmarkPublishMany(b *testing.B) {
	for _, size := range []int{fewestInBatch - 1, fewestInBatch, 64, 256} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			bus := applied(b, production())
			events := facts(b, b.N)
			b.ResetTimer()
			for some := range slices.Chunk(events, size) {
				for _, err := range bus.PublishMany(b.Context(), some) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// A stream that answers nothing for a while must leave nothing behind that later publishes wait for.
func TestSmallBatchesArePublishedAgainAfterAStreamThatAnsweredNothing(t *testing.T) {
	b := applied(t, production())
	answering := func(yes bool) {
		t.Helper()
		cfg := streamConfig(t, "KIOSK")
		cfg.NoAck = !yes
		if _, err := b.js.UpdateStream(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
	}
	answering(false)
	const more = 5000 // than the client library lets wait for an answer
	es := batch(t, fewestInBatch-1)
	for range more / len(es) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		for _, err := range b.PublishMany(ctx, es) {
			if !fault.Is(err, fault.Retry) {
				t.Fatalf("a publish that nobody answered: %v", err)
			}
		}
		cancel()
	}
	answering(true)
	wantPublished(t, b.PublishMany(t.Context(), es))
	wantStoredOnce(t, b, es)
}

func TestEachEventOfSeveralStreamsHasItsOwnAnswer(t *testing.T) {
	b := applied(t, production())
	if err := b.js.DeleteStream(t.Context(), "NOTIFY"); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{3, fewestInBatch, 100} {
		es := batch(t, n)
		for _, at := range []int{0, n / 2, n} { // first, between, last
			notified := &notifyv1.PayScoreOrderNotified{Merchant: "m", OutOrderNo: "lost" + number(at)}
			es = slices.Insert(es, at, eventOf(t, notified))
		}
		for i, err := range b.PublishMany(t.Context(), es) {
			if nobodyStores := es[i].Owner == "notify"; nobodyStores != (fault.CodeOf(err) == "stream_missing") || nobodyStores != (err != nil) {
				t.Errorf("%d: event %d of %s: %v", n, i, es[i].Owner, err)
			}
		}
	}
}
