package bus

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

func TestFailuresAreCountedPerMessageAndByKind(t *testing.T) {
	n := newTries(2)
	one, other := place{"KIOSK", 1}, place{"ORDER", 1}
	away, bug := fault.New(fault.Retry, "store_away", ""), errors.New("a bug")
	n.failed(one, away)
	n.failed(other, bug)
	if got := n.failed(one, bug); got != (failures{all: 2, unexplained: 1}) {
		t.Errorf("got %+v", got)
	}
	n.forget(one)
	if got := n.failed(one, bug); got != (failures{all: 1, unexplained: 1}) {
		t.Errorf("after it was settled: %+v", got)
	}
	for seq := range uint64(1000) {
		n.failed(place{"KIOSK", 10 + seq}, bug)
		if kept := len(n.young) + len(n.old); kept > 4 {
			t.Fatalf("%d messages remembered, at most 4", kept)
		}
	}
}

// A bug that strikes every message: the broker has as many out as it may, and they fail in turn.
func TestHoweverManyMessagesFailAtOnceEachUsesUpItsPatience(t *testing.T) {
	for _, c := range Consumers() {
		all := outstanding(c.Service)
		n, bug := newTries(all), errors.New("a bug")
		var last failures
		for range patience {
			for seq := range all {
				last = n.failed(place{"KIOSK", uint64(seq)}, bug)
			}
		}
		if last.unexplained != patience {
			t.Errorf("%s: %d messages that failed %d times each are known to have failed %d times", c.Service, all, patience, last.unexplained)
		}
	}
}

func TestAStoreThatWasAwayLeavesTheWholePatienceToABug(t *testing.T) {
	n, at := newTries(8), place{"KIOSK", 1}
	for range 3 * patience {
		n.failed(at, fault.New(fault.Retry, "store_away", ""))
	}
	for i := range patience {
		want := later
		if i == patience-1 {
			want = setAside
		}
		if v, _ := judge(quick(), errors.New("a bug"), n.failed(at, errors.New("a bug"))); v != want {
			t.Errorf("bug number %d: verdict %d", i+1, v)
		}
	}
}

// A message of a crowded key is given back again and again before anyone looks at it. That uses up none of its patience.
func TestAMessageThatWasGivenBackIsTriedAsOftenAsAnyOther(t *testing.T) {
	b := applied(t, quick())
	const crowd = 40
	first, release := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	runs := map[string]int{}
	started(t, b, 4, func(_ context.Context, e event.Event, _ proto.Message) error {
		mu.Lock()
		if len(runs) == 0 {
			close(first)
		}
		runs[string(e.Body)]++
		mu.Unlock()
		<-release
		return errors.New("a bug")
	})
	for i := range crowd {
		m := ended("hot")
		m.EndTimeRemark = number(i)
		publish(t, b, m)
	}
	receive(t, first, "the first of the crowd")
	within(t, 10*time.Second, "the crowd was given back more often than a bug is tried", func() bool {
		info := kioskConsumer(t, b)
		return info.Delivered.Consumer > (patience+2)*crowd
	})
	close(release)
	within(t, 30*time.Second, "all are set aside", func() bool { return len(deadLetters(t, b)) == crowd && unacked(t, b) == 0 })
	mu.Lock()
	defer mu.Unlock()
	for body, n := range runs {
		if n != patience {
			t.Errorf("%q was tried %d times, want %d", strings.ToValidUTF8(body, "."), n, patience)
		}
	}
}
