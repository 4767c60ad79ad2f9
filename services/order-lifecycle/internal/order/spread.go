package order

import (
	"fmt"
	"hash/fnv"
	"time"
)

// spread makes a gap longer by up to a quarter (wechat-protocol.md §1.5: back-off with jitter), so that the orders of one outage
// do not all come back in the same second. By how much hangs on the order, on what is repeated and on the round only: what
// happens to an order can be told again from its facts.
func (o *Order) spread(gap time.Duration, about string, round int) time.Duration {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s/%s/%d", o.Merchant, o.OutOrderNo, about, round)
	share := time.Duration(h.Sum64() % 1000) // in thousandths of a quarter
	return (gap + gap/4*share/1000).Truncate(time.Millisecond)
}
