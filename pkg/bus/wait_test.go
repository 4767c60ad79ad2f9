package bus

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

func TestWhatFailedComesAgainNoSoonerThanItsWait(t *testing.T) {
	pace := tempo{ackWait: production().ackWait, first: 100 * time.Millisecond, longest: time.Second}
	b := applied(t, pace)
	runs := make(chan time.Time, 16)
	started(t, b, 2, func(context.Context, event.Event, proto.Message) error {
		runs <- time.Now()
		return fault.New(fault.Retry, "store_away", "the store is away")
	})
	publish(t, b, ended("N1"))
	before := <-runs
	for i := range 3 {
		select {
		case at := <-runs:
			if wait, least := at.Sub(before), pace.first<<i; wait < least {
				t.Errorf("failure %d was followed by the next run after %v, not before %v", i+1, wait, least)
			}
			before = at
		case <-time.After(10 * time.Second):
			t.Fatalf("run %d did not come", i+2)
		}
	}
}
