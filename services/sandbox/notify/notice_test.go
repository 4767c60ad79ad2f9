package notify

import (
	"testing"
	"time"
)

func TestTheScheduleIsFifteenRetriesIn24h4m(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	n, begin, tries := Notice{Due: now}, now, 1
	for n.Outcome == "" {
		n.settle(false, n.Due)
		if n.Outcome == "" {
			now, tries = n.Due, tries+1
		}
	}
	if tries != 16 || now.Sub(begin) != 24*time.Hour+4*time.Minute || n.Outcome != GivenUp || !n.Due.IsZero() {
		t.Errorf("%d tries in %v, %s", tries, now.Sub(begin), n.Outcome)
	}
}

func TestAFactHasOneIDOf36Characters(t *testing.T) {
	if a, b := ID("x", "yz"), ID("xy", "z"); len(a) != 36 || a == b || a != ID("x", "yz") {
		t.Errorf("%s %s", a, b)
	}
}
