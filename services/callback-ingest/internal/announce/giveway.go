package announce

import (
	"context"
	"time"
)

const (
	// manyInHand deliveries are more than cores work on: whatever else is done makes their answers later.
	manyInHand = 8
	// lookEvery is the time between two looks at them.
	lookEvery = 5 * time.Millisecond
)

// giveWay lets a busy door go first: publishing takes disk and processor from answers, which are promised within a second,
// and what gathers meanwhile is published at once, for little more than one event alone. It ends when the door has time,
// when a notice that came at since is GiveWay old, or when half of the queue is full: then publishing takes its share,
// however busy the door is.
func (a *Announcer) giveWay(ctx context.Context, since time.Time) {
	for waited := time.Duration(0); waited < a.pace.GiveWay; waited += lookEvery { // though a clock may be set back
		old := a.Clock.Now().Sub(since) >= a.pace.GiveWay
		if old || a.Tally.InHand() < manyInHand || len(a.queue) > mostOffered/2 {
			return
		}
		if a.Clock.Sleep(ctx, lookEvery) != nil {
			return
		}
	}
}
