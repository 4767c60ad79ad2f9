// Package clock is now and timers, passed in. Services run on Real; the standalone binary runs services and sandbox
// together on one Scaled clock so that a day of callbacks fits in a demo. Tests use Real inside testing/synctest.
package clock

import (
	"context"
	"time"
)

// Clock tells the time and waits. Network deadlines are not its business: they stay on the machine's clock.
type Clock interface {
	// Now is the time in UTC, cut to milliseconds, the precision every store keeps.
	Now() time.Time
	// After fires once, d of this clock's time from now.
	After(d time.Duration) <-chan time.Time
	// Sleep waits d of this clock's time, or until ctx ends (then its error).
	Sleep(ctx context.Context, d time.Duration) error
}

// Real is the machine's clock.
func Real() Clock { return scaled{scale: 1} }

// Scaled runs scale times faster than the machine's clock, starting from the machine's time at the call. scale ≥ 1.
func Scaled(scale int) Clock {
	if scale <= 1 {
		return Real()
	}
	return ScaledFrom(time.Now(), scale)
}

// ScaledFrom shows from now and runs scale times faster than the machine's clock. It continues a scaled clock of a
// process that has ended: the times that process stored lie ahead of the machine's. scale ≥ 1.
func ScaledFrom(from time.Time, scale int) Clock {
	return scaled{from: from, since: time.Now(), scale: time.Duration(max(scale, 1))}
}

type scaled struct {
	// since is the machine's time when this clock showed from; zero for the machine's own clock.
	from, since time.Time
	scale       time.Duration
}

func (c scaled) Now() time.Time {
	now := time.Now()
	if !c.since.IsZero() {
		now = c.from.Add(now.Sub(c.since) * c.scale)
	}
	return now.UTC().Truncate(time.Millisecond)
}

func (c scaled) After(d time.Duration) <-chan time.Time { return time.After(d / c.scale) }

func (c scaled) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d / c.scale)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Beijing is UTC+8 without daylight saving: the zone of every compact time and business date of both providers.
// (wechat-protocol.md, conventions.)
var Beijing = time.FixedZone("Asia/Shanghai", 8*60*60)
