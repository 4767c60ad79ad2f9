package door_test

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/callback-ingest/internal/door"
)

func TestRefusalsOfOneReasonLeaveThoseOfAnotherInTheLog(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	var s door.Sampler
	for range 1000 {
		s.Take(now, "stale")
	}
	if leftOut, logged := s.Take(now, "bad_signature"); !logged || leftOut != 0 {
		t.Errorf("the first of another reason: logged %t, %d left out", logged, leftOut)
	}
}

func TestEveryRefusalIsLoggedOrCountedAsLeftOutOnce(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	var s door.Sampler
	said, most := 0, 0
	for range 10 { // a flood, and later one more that is logged
		for range 100 {
			if leftOut, logged := s.Take(now, "stale"); logged {
				said += 1 + leftOut
			}
		}
		now = now.Add(time.Minute)
		if leftOut, logged := s.Take(now, "stale"); logged {
			said, most = said+1+leftOut, max(most, leftOut)
		}
	}
	if said != 1010 || most > 100 {
		t.Errorf("%d of 1010 are accounted for, at most %d at once", said, most)
	}
}
