package outbox

import (
	"strconv"
	"testing"
)

func TestAckedKnowsTheNewestAcknowledgementOfRecentDocuments(t *testing.T) {
	a := NewAcked(4)
	a.Set("d", 7)
	a.Set("d", 3) // a slow publisher of an older state
	if got := a.Get("d"); got != 7 {
		t.Errorf("got %d, want 7", got)
	}
	if got := a.Get("other"); got != 0 {
		t.Errorf("got %d for an unknown document", got)
	}
	for i := range 4 { // as many others as it remembers at least
		a.Set(strconv.Itoa(i), 1)
	}
	if got := a.Get("d"); got != 7 {
		t.Errorf("forgotten after 4 others: %d", got)
	}
}

func TestAckedDoesNotGrow(t *testing.T) {
	const bound = 64
	a := NewAcked(bound)
	for i := range 100 * bound {
		a.Set(strconv.Itoa(i), int64(i))
		if n := len(a.young) + len(a.old); n > 2*bound {
			t.Fatalf("%d documents remembered, at most %d", n, 2*bound)
		}
	}
	if a.Get("0") != 0 {
		t.Error("the first document is still remembered")
	}
}
