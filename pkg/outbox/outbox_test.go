package outbox

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/event"
)

// broker keeps what it stored, refuses what it was told to refuse, and knows an id again.
type broker struct {
	stored []string
	refuse func(id string) bool
}

func (b *broker) Publish(_ context.Context, e event.Event) error {
	if b.refuse(e.ID) {
		return errors.New("refused")
	}
	if !slices.Contains(b.stored, e.ID) {
		b.stored = append(b.stored, e.ID)
	}
	return nil
}

func boxOf(n int64) Box {
	b := Box{Seq: n, Due: time.Unix(1, 0)}
	for seq := range n {
		b.Entries = append(b.Entries, Entry{Seq: seq + 1, Event: event.Event{ID: strconv.FormatInt(seq+1, 10)}})
	}
	return b
}

func TestAFailedEventIsNotOvertaken(t *testing.T) {
	to := &broker{refuse: func(id string) bool { return id == "3" }}
	acked, err := boxOf(5).Flush(context.Background(), to, 0)
	if err == nil || acked != 2 || !slices.Equal(to.stored, []string{"1", "2"}) {
		t.Errorf("acknowledged %d, stored %v: %v", acked, to.stored, err)
	}
}

func TestWhatIsAcknowledgedIsNotPublishedAgain(t *testing.T) {
	to := &broker{refuse: func(id string) bool { return id < "4" }}
	acked, err := boxOf(5).Flush(context.Background(), to, 3)
	if err != nil || acked != 5 || !slices.Equal(to.stored, []string{"4", "5"}) {
		t.Errorf("acknowledged %d, stored %v: %v", acked, to.stored, err)
	}
}

func TestOnlyAnEmptyBoxIsNeverDue(t *testing.T) {
	b := boxOf(3)
	b.Drop(2)
	if len(b.Entries) != 1 || b.Entries[0].Seq != 3 || b.Due.IsZero() {
		t.Errorf("got %+v", b)
	}
	b.Drop(3)
	if len(b.Entries) != 0 || !b.Due.IsZero() || b.Seq != 3 {
		t.Errorf("got %+v", b)
	}
}

func TestAnyMixOfFailuresAndDropsPublishesEverythingInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 12).Draw(t, "events")
		box, acked := boxOf(n), int64(0)
		to := &broker{}
		for len(box.Entries) > 0 {
			to.refuse = func(string) bool { return rapid.IntRange(0, 2).Draw(t, "refuse") == 0 }
			now, _ := box.Flush(context.Background(), to, acked)
			if now < acked {
				t.Fatalf("acknowledged %d after %d", now, acked)
			}
			if rapid.Bool().Draw(t, "crash") { // the process forgets, the document does not
				acked = 0
				continue
			}
			acked = now
			if rapid.Bool().Draw(t, "save") {
				box.Drop(acked)
			}
		}
		want := make([]string, n)
		for i := range want {
			want[i] = strconv.Itoa(i + 1)
		}
		if !slices.Equal(to.stored, want) {
			t.Errorf("stored %v", to.stored)
		}
	})
}
