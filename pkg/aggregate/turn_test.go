package aggregate

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

func TestOfManyContendersEveryTurnIsAppliedOnceAndEventsFollowTheWrites(t *testing.T) {
	b := newBus(t)
	// Two stores share the file as two replicas share a database: each remembers acknowledgements on its own.
	docs := newFile(t)
	replicas := []*Store[ledger]{
		process(t, docs, b, clock.Real(), DefaultHandled), process(t, docs, b, clock.Real(), DefaultHandled),
	}
	const contenders, each = 8, 6
	var running sync.WaitGroup
	for c := range contenders {
		running.Go(func() {
			for i := range each {
				id := fmt.Sprintf("c%d-%d", c, i)
				again := func() error { return replicas[c%2].Turn(t.Context(), "m", "doc", id, add(id)) }
				err := again()
				for fault.Is(err, fault.Retry) { // as the bus does
					err = again()
				}
				if err != nil {
					t.Errorf("%s: %v", id, err)
				}
			}
		})
	}
	running.Wait()
	rec := load(t, replicas[0], "doc")
	if rec.Version != contenders*each || rec.Doc.Outbox.Seq != contenders*each {
		t.Errorf("version %d, %d events, want %d of both", rec.Version, rec.Doc.Outbox.Seq, contenders*each)
	}
	unique := slices.Sorted(slices.Values(rec.Doc.State.Added))
	if got := len(slices.Compact(unique)); got != contenders*each || len(rec.Doc.State.Added) != got {
		t.Errorf("%d lines, %d distinct, want %d", len(rec.Doc.State.Added), got, contenders*each)
	}
	lines, _ := storedDevices(t, b)
	if diff := cmp.Diff(rec.Doc.State.Added, lines); diff != "" {
		t.Errorf("the broker's order is not that of the writes: %s", diff)
	}
}

func TestADecisionsOwnErrorIsReturnedAndNotTriedAgain(t *testing.T) {
	s := process(t, newFile(t), nowhere{}, newWatch(), DefaultHandled)
	turn(t, s, "doc", "", add("first"))
	for _, own := range []error{
		fault.New(fault.Conflict, "other_content", "the same id with other content"), fault.New(fault.Duplicate, "known", "done before"),
		fault.New(fault.Terminal, "rule", "breaks a rule"), errors.New("a bug"),
	} {
		for _, id := range []string{"doc", "no-such-doc"} {
			runs := 0
			err := s.Turn(t.Context(), "m", id, "fact", func(turn *Turn[ledger]) (Decision, error) {
				runs++
				turn.State.Added = nil
				return Save, own
			})
			if !errors.Is(err, own) || runs != 1 {
				t.Errorf("%s: %d runs gave %v, want %v", id, runs, err, own)
			}
		}
	}
	if rec := load(t, s, "doc"); rec.Version != 1 || len(rec.Doc.State.Added) != 1 {
		t.Errorf("something was written: %+v", rec)
	}
}

func TestARefusingUniqueIndexIsADuplicateAndNoLoop(t *testing.T) {
	s := process(t, newFile(t), nowhere{}, newWatch(), DefaultHandled)
	turn(t, s, "first", "", add("holder"))
	turn(t, s, "second", "", add("other"))
	runs := 0
	err := s.Turn(t.Context(), "m", "third", "", func(turn *Turn[ledger]) (Decision, error) {
		runs++
		return add("holder")(turn)
	})
	if !fault.Is(err, fault.Duplicate) || runs > 2 {
		t.Errorf("inserting: %d runs gave %v", runs, err)
	}
	if _, ok := errors.AsType[race](err); ok {
		t.Error("the loop's own mark left it")
	}
	runs = 0
	err = s.Turn(t.Context(), "m", "second", "", func(turn *Turn[ledger]) (Decision, error) {
		runs++
		turn.State.Holder = "holder"
		return Save, nil
	})
	if !fault.Is(err, fault.Duplicate) || runs != 1 {
		t.Errorf("replacing: %d runs gave %v", runs, err)
	}
}

func TestTwoFirstWritersOfADocumentBothGetTheirTurn(t *testing.T) {
	s := process(t, newFile(t), nowhere{}, clock.Real(), DefaultHandled)
	var news atomic.Int32
	meet := make(chan struct{})
	var running sync.WaitGroup
	for c := range 2 {
		running.Go(func() {
			first := true
			turn(t, s, "doc", line(c), func(turn *Turn[ledger]) (Decision, error) {
				if first { // both have seen that there is no document
					first = false
					select {
					case meet <- struct{}{}:
					case <-meet:
					}
				}
				if turn.New {
					news.Add(1)
				}
				return add(line(c))(turn)
			})
		})
	}
	running.Wait()
	if rec := load(t, s, "doc"); rec.Version != 2 || len(rec.Doc.State.Added) != 2 || news.Load() != 2 {
		t.Errorf("got %+v after %d first looks", rec, news.Load())
	}
}

func TestADecisionWhoseWriteLostIsAskedAgainAlsoAboutAFactThatIsRememberedByThen(t *testing.T) {
	s := process(t, newFile(t), nowhere{}, newWatch(), DefaultHandled)
	acted, asked := false, 0
	turn(t, s, "doc", "fact", func(own *Turn[ledger]) (Decision, error) {
		asked++
		acted = len(own.State.Added) == 0
		if !acted {
			return Skip, nil
		}
		turn(t, s, "doc", "fact", add("by the other replica")) // comes between this decision and its write
		return add("by us")(own)
	})
	if got := load(t, s, "doc").Doc.State.Added; acted || asked != 2 || len(got) != 1 {
		t.Errorf("asked %d times, believes it acted: %v, added %v", asked, acted, got)
	}
}

func TestAFactIsHandledOnceAsLongAsItIsRemembered(t *testing.T) {
	for _, bound := range []int{DefaultHandled, 0} {
		t.Run(fmt.Sprint(bound), func(t *testing.T) {
			s := process(t, newFile(t), nowhere{}, newWatch(), bound)
			turn(t, s, "doc", "fact", add("once"))
			turn(t, s, "doc", "fact", add("twice"))
			want := 1
			if bound == 0 {
				want = 2 // then business keys in the state must tell
			}
			if got := load(t, s, "doc").Doc; len(got.State.Added) != want || len(got.Handled) > bound {
				t.Errorf("added %v, remembers %v", got.State.Added, got.Handled)
			}
			for i := range 2 * DefaultHandled {
				turn(t, s, "doc", line(i), add(line(i)))
			}
			got := load(t, s, "doc").Doc.Handled
			if len(got) != bound {
				t.Fatalf("remembers %d facts, want %d", len(got), bound)
			}
			if bound > 0 && got[bound-1] != line(2*DefaultHandled-1) {
				t.Errorf("the newest remembered is %s", got[bound-1])
			}
		})
	}
}

func TestASkippedTurnWritesAndPublishesNothing(t *testing.T) {
	way := &wire{to: nowhere{}}
	s := process(t, newFile(t), way, newWatch(), DefaultHandled)
	for _, id := range []string{"doc", "none"} {
		before := int64(0)
		if id == "doc" {
			turn(t, s, id, "", add("first"))
			before = 1
		}
		sent := len(way.sent)
		turn(t, s, id, "fact", func(turn *Turn[ledger]) (Decision, error) {
			_, _ = add("lost")(turn)
			return Skip, nil
		})
		rec, err := s.Documents().Get(t.Context(), id)
		if rec.Version != before || (before == 0) != fault.Is(err, fault.NotFound) || len(way.sent) != sent {
			t.Errorf("%s: version %d, %d events: %v", id, rec.Version, len(way.sent)-sent, err)
		}
	}
}

func TestATurnThatEmitsNoEventOfTheContractWritesNothing(t *testing.T) {
	s := process(t, newFile(t), nowhere{}, newWatch(), DefaultHandled)
	err := s.Turn(t.Context(), "m", "doc", "", func(turn *Turn[ledger]) (Decision, error) {
		_, _ = add("x")(turn)
		turn.Emit(&orderv1.OrderPaid{Merchant: "m"}) // no key
		return Save, nil
	})
	if !fault.Is(err, fault.Terminal) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Documents().Get(t.Context(), "doc"); !fault.Is(err, fault.NotFound) {
		t.Errorf("it was written: %v", err)
	}
}

func BenchmarkTurn(b *testing.B) {
	s := process(b, newFile(b), nowhere{}, clock.Real(), DefaultHandled)
	for i := range b.N {
		turn(b, s, line(i), "fact", add(line(i)))
	}
}

func BenchmarkTurn64AtOnce(b *testing.B) {
	s := process(b, newFile(b), nowhere{}, clock.Real(), DefaultHandled)
	var n atomic.Int64
	b.SetParallelism(32) // times GOMAXPROCS, 2 here
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := line(int(n.Add(1)))
			turn(b, s, id, "fact", add(id))
		}
	})
}

func BenchmarkTurnWithEvents(b *testing.B) {
	s := process(b, newFile(b), newBus(b), clock.Real(), DefaultHandled)
	b.ResetTimer()
	for i := range b.N {
		turn(b, s, line(i), "fact", add(line(i)))
	}
}
