package e2e

import (
	"bytes"
	"sync"
	"testing"

	"github.com/facepay-go/facepay/services/standalone/stack"
)

// record collects a log.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// secretsStayed searches the log, every message of every stream, the dead letters and the stories of the numbers for
// secrets (invariant 8).
func (w *world) secretsStayed(t *testing.T, numbers ...string) {
	t.Helper()
	if err := w.secrets.AddKeys(w.options.Dir); err != nil {
		t.Fatal(err)
	}
	if kinds := w.secrets.In(w.log.String()); len(kinds) > 0 {
		t.Errorf("the log holds %v", kinds)
	}
	inStreams, err := w.secrets.Streams(w.ctx, w.JS)
	if err != nil {
		t.Error(err)
	}
	inStories, err := w.secrets.Stories(w.ctx, w.bus, stack.Merchant, numbers...)
	if err != nil {
		t.Error(err)
	}
	for _, place := range append(inStreams, inStories...) {
		t.Error(place)
	}
}
