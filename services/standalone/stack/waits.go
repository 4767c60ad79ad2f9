package stack

import (
	"slices"
	"time"
)

// ShortWaits are for tests on a clock that is faster: what takes long only because people are given time, or WeChat is left
// in peace, takes minutes. The order of events does not depend on it.
func ShortWaits(c *Configs) {
	c.Order.TopUp, c.Order.Timers.ConfirmWithin = 2*time.Minute, 6*time.Minute
	c.Order.Timers.Refund = MinuteByMinute()
}

// MinuteByMinute are looks at a refund that nobody told of, half an hour long: at its default they are 1, 6, 36 and 96
// minutes behind it, which kept a story for three minutes of the machine's.
func MinuteByMinute() []time.Duration { return slices.Repeat([]time.Duration{time.Minute}, 30) }
