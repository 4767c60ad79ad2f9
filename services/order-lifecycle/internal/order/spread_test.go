package order

import (
	"fmt"
	"testing"
	"time"
)

// TestTheOrdersOfOneOutageDoNotComeBackTogether and yet each order's gaps can be told again.
func TestTheOrdersOfOneOutageDoNotComeBackTogether(t *testing.T) {
	const orders = 1000
	perSecond := map[time.Time]int{}
	for i := range orders {
		var due time.Time
		for range 2 { // the same facts, the same gap
			o := New("m1", fmt.Sprint("N", i))
			o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
			o.Todo.Round = 9
			o.Apply(envAt(t0), Answered{Op: OpCreate, Verdict: Unknown})
			if !due.IsZero() && !due.Equal(o.Todo.At) {
				t.Fatalf("%s is due at %v, then at %v", o.OutOrderNo, due, o.Todo.At)
			}
			due = o.Todo.At
		}
		if gap := due.Sub(t0); gap < DefaultTimers().Longest || gap > DefaultTimers().Longest*5/4 {
			t.Fatalf("the gap is %v", gap)
		}
		perSecond[due.Truncate(time.Second)]++
	}
	for at, n := range perSecond {
		if n > orders/20 {
			t.Errorf("%d of %d are due in one second, %v", n, orders, at.Sub(t0))
		}
	}
}

func TestTheRefundsOfOneOutageDoNotComeBackTogether(t *testing.T) {
	o, gap := New("m1", "N1"), time.Minute
	seen := map[time.Duration]bool{}
	for i := range 10 {
		seen[o.spread(gap, fmt.Sprint("r", i), 0)] = true
		seen[o.spread(gap, "", i)] = true
		other := New(fmt.Sprint("m", i+2), "N1")
		seen[other.spread(gap, "", 0)] = true
	}
	if len(seen) < 25 { // of 30
		t.Errorf("%d gaps", len(seen))
	}
}
