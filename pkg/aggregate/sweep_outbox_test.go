package aggregate

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/outbox"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

const overdue = outboxGrace + time.Second

func sweep(t *testing.T, s *Store[ledger]) error {
	t.Helper()
	next, err := s.sweepOutbox(t.Context(), "")
	if next != "" {
		t.Fatalf("one round was not enough")
	}
	return err
}

func TestWhatACrashLeftUnpublishedIsPublishedByTheSweepInOrderAndOnce(t *testing.T) {
	b, now, path := newBus(t), newWatch(), filepath.Join(t.TempDir(), "test.db")
	way := &wire{to: b}
	crashes := map[string]func(event.Event) error{
		"before publishing":        func(event.Event) error { panic("the process is gone") },
		"while the broker is away": away,
		// Published, and gone before anybody knew.
		"before the acknowledgement": func(e event.Event) error {
			if err := b.Publish(t.Context(), e); err != nil {
				t.Error(err)
			}
			panic("the process is gone")
		},
	}
	var want []string
	for name, crash := range crashes {
		docs := openFile(t, path)
		s := process(t, docs, way, now, DefaultHandled)
		way.set(crash)
		for i := range 3 {
			want = append(want, name+line(i))
			func() {
				defer func() { _ = recover() }()
				turn(t, s, "doc", "", add(name+line(i)))
			}()
		}
		if err := docs.Close(); err != nil {
			t.Fatal(err)
		}
		way.set(nil)
		now.advance(overdue)
		docs = openFile(t, path)
		s = process(t, docs, way, now, DefaultHandled)
		for range 2 {
			if err := sweep(t, s); err != nil {
				t.Fatal(err)
			}
		}
		if rec := load(t, s, "doc"); len(rec.Doc.Outbox.Entries) != 0 || !rec.Doc.Outbox.Due.IsZero() {
			t.Errorf("%s: still waiting: %+v", name, rec.Doc.Outbox)
		}
		if err := docs.Close(); err != nil {
			t.Fatal(err)
		}
	}
	lines, ids := storedDevices(t, b)
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	for i, id := range ids {
		if want := event.OutboxID("order", "ledgers", "m", "doc", int64(i+1)); id != want {
			t.Errorf("event %d has id %s, want %s", i+1, id, want)
		}
	}
}

func TestAnAcknowledgedEventIsDroppedByTheNextSaveAndNotPublishedAgain(t *testing.T) {
	way, now := &wire{to: nowhere{}}, newWatch()
	s := process(t, newFile(t), way, now, DefaultHandled)
	for i := range 5 {
		turn(t, s, "doc", "", add(line(i)))
		if entries := load(t, s, "doc").Doc.Outbox.Entries; len(entries) != 1 || entries[0].Seq != int64(i+1) {
			t.Errorf("after save %d the document holds %d events", i+1, len(entries))
		}
	}
	now.advance(overdue)
	if err := sweep(t, s); err != nil {
		t.Fatal(err)
	}
	if rec := load(t, s, "doc"); rec.Version != 6 || len(rec.Doc.Outbox.Entries) != 0 {
		t.Errorf("version %d, waiting %+v", rec.Version, rec.Doc.Outbox)
	}
	if err := sweep(t, s); err != nil {
		t.Fatal(err)
	}
	if len(way.sent) != 5 || load(t, s, "doc").Version != 6 {
		t.Errorf("%d events sent for 5, version %d", len(way.sent), load(t, s, "doc").Version)
	}
}

func TestTheSweepLeavesTheSaverItsTime(t *testing.T) {
	way, now := &wire{to: nowhere{}, cut: away}, newWatch()
	s := process(t, newFile(t), way, now, DefaultHandled)
	turn(t, s, "doc", "", add("x"))
	way.set(nil)
	now.advance(outboxGrace - time.Millisecond)
	if err := sweep(t, s); err != nil || len(way.sent) != 0 {
		t.Errorf("%d sent, %v", len(way.sent), err)
	}
}

func TestAFailedEventHoldsBackItsOwnDocumentAndNoOther(t *testing.T) {
	b, now := newBus(t), newWatch()
	way := &wire{to: b}
	s := process(t, newFile(t), way, now, DefaultHandled)
	refused := func(e event.Event) error {
		if strings.HasSuffix(e.Subject, ".stuck") {
			return fault.New(fault.Retry, "publish_unconfirmed", "too large")
		}
		return nil
	}
	way.set(away)
	for _, name := range []string{"a", "stuck", "behind"} {
		turn(t, s, "one", "", add(name))
	}
	turn(t, s, "two", "", add("other"))
	way.set(refused)
	now.advance(overdue)
	err := sweep(t, s)
	if fault.CodeOf(err) != "outbox_waiting" || !strings.Contains(err.Error(), "1 documents wait, the oldest event for "+overdue.String()) {
		t.Errorf("got %v", err)
	}
	assertStored(t, b, "a", "other")
	// A turn of the stuck document saves, and overtakes nothing either.
	turn(t, s, "one", "", add("late"))
	assertStored(t, b, "a", "other")

	way.set(nil)
	now.advance(overdue)
	if err := sweep(t, s); err != nil {
		t.Fatal(err)
	}
	tries := 0
	for _, e := range way.sent {
		if strings.HasSuffix(e.Subject, ".a") {
			tries++
		}
	}
	if tries != 1 {
		t.Errorf("what was acknowledged before the failed event was published %d times", tries)
	}
	lines, _ := storedDevices(t, b)
	var one []string
	for _, l := range lines {
		if l != "other" {
			one = append(one, l)
		}
	}
	if diff := cmp.Diff([]string{"a", "stuck", "behind", "late"}, one); diff != "" {
		t.Error(diff)
	}
}

func assertStored(t *testing.T, b *bus.Bus, want ...string) {
	t.Helper()
	got, _ := storedDevices(t, b)
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(got))); diff != "" {
		t.Error(diff)
	}
}

func TestACrowdOfStuckDocumentsDoesNotHideThoseBehindIt(t *testing.T) {
	way, now := &wire{to: nowhere{}, cut: away}, newWatch()
	s := process(t, newFile(t), way, now, DefaultHandled)
	const crowd = 2 * sweepPage
	stuck := waiting(t, s, crowd, "m", now.Now())
	now.advance(time.Second)
	turn(t, s, "healthy", "", add("healthy"))
	tried := 0
	way.set(func(e event.Event) error {
		if e.ID == stuck {
			tried++
			return away(e)
		}
		return nil
	})
	now.advance(overdue)
	var from docstore.Cursor
	for rounds := 0; len(way.sent) == 0; rounds++ {
		if rounds > crowd/sweepPage {
			t.Fatal("the healthy document is not reached")
		}
		next, err := s.sweepOutbox(t.Context(), from)
		if fault.CodeOf(err) != "outbox_waiting" && len(way.sent) == 0 {
			t.Fatalf("round %d: %v", rounds, err)
		}
		from = next
		if rounds == 0 && tried != sweepPatience {
			t.Errorf("a broker that is away was tried %d times, want %d", tried, sweepPatience)
		}
	}
}

func TestFailuresAmongSuccessesDoNotEndTheRound(t *testing.T) {
	way, now := &wire{to: nowhere{}}, newWatch()
	s := process(t, newFile(t), way, now, DefaultHandled)
	stuck := waiting(t, s, sweepPatience+4, "m", now.Now())
	const healthy = 80 // so many that a run of failures as long as sweepPatience does not happen
	waiting(t, s, healthy, "n", now.Now())
	way.set(func(e event.Event) error {
		if e.ID == stuck {
			return away(e)
		}
		return nil
	})
	now.advance(overdue)
	if err := sweep(t, s); fault.CodeOf(err) != "outbox_waiting" || len(way.sent) != healthy {
		t.Errorf("%d of %d sent: %v", len(way.sent), healthy, err)
	}
}

// waiting makes n documents that each wait with one event, all of the same id, which it returns.
func waiting(t *testing.T, s *Store[ledger], n int, merchant string, since time.Time) string {
	t.Helper()
	e, err := event.New(t.Context(), "of "+merchant, since, &orderv1.OrderPaid{Merchant: merchant, OutOrderNo: "N1"})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, n, merchant, func(d *Document[ledger]) {
		d.Outbox = outbox.Box{Seq: 1, Entries: []outbox.Entry{{Seq: 1, Event: e}}, Due: since}
	})
	return e.ID
}

func TestTheSweepRunsUntilItsContextEnds(t *testing.T) {
	way, now := &wire{to: nowhere{}, cut: away}, newWatch()
	s := process(t, newFile(t), way, now, DefaultHandled)
	turn(t, s, "doc", "", add("x"))
	way.set(nil)
	now.advance(overdue)
	ctx, cancel := context.WithCancel(t.Context())
	way.set(func(event.Event) error { cancel(); return nil })
	s.SweepOutbox(ctx, time.Second)
	if len(way.sent) != 1 {
		t.Errorf("%d sent", len(way.sent))
	}
}
