package bus

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

// appliedTwice is a bus whose handlers run twice.
func appliedTwice(t *testing.T) *Bus {
	t.Helper()
	server := serve(t, t.TempDir(), "127.0.0.1:0")
	b, err := Connect(Options{URL: server.URL(), Name: t.Name(), DeliverTwice: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	b.tempo = quick()
	t.Cleanup(b.Close)
	if err := b.Apply(t.Context(), Profile{}); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDeliveredTwiceASecondOutcomeSettlesAndAContradictionIsCounted(t *testing.T) {
	away := fault.New(fault.Retry, "store_away", "")
	known := fault.New(fault.Duplicate, "known", "")
	bad := fault.New(fault.Terminal, "bad", "")
	bug := errors.New("a bug")
	for name, c := range map[string]struct {
		outcomes       []error // of the runs; later ones succeed
		runs           int
		aside          int
		contradictions int64
	}{
		"done twice":                    {outcomes: []error{nil, nil}, runs: 2},
		"known the second time":         {outcomes: []error{nil, known}, runs: 2},
		"the store came back":           {outcomes: []error{away, nil}, runs: 2},
		"the store went away":           {outcomes: []error{nil, away}, runs: 4},
		"refused twice":                 {outcomes: []error{bad, bad}, runs: 2, aside: 1},
		"refused the second time":       {outcomes: []error{nil, bad}, runs: 2, aside: 1, contradictions: 1},
		"refused the first time only":   {outcomes: []error{bad, nil}, runs: 2, contradictions: 1},
		"broken the second time":        {outcomes: []error{nil, bug}, runs: 4, contradictions: 1},
		"broken, and then as if it was": {outcomes: []error{bug, known}, runs: 2, contradictions: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := appliedTwice(t)
			var mu sync.Mutex
			runs := 0
			started(t, b, 2, func(context.Context, event.Event, proto.Message) error {
				mu.Lock()
				defer mu.Unlock()
				if runs++; runs > len(c.outcomes) {
					return nil
				}
				return c.outcomes[runs-1]
			})
			publish(t, b, ended("N1"))
			within(t, 10*time.Second, "settled", func() bool { mu.Lock(); defer mu.Unlock(); return runs >= c.runs && unacked(t, b) == 0 })
			if runs != c.runs || len(deadLetters(t, b)) != c.aside || b.Contradictions() != c.contradictions {
				t.Errorf("%d runs, %d dead letters, %d contradictions", runs, len(deadLetters(t, b)), b.Contradictions())
			}
		})
	}
}
