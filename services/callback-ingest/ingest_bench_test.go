package callbackingest_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

// BenchmarkIngest measures whole deliveries over HTTP, signed beforehand, each a new fact: verify, decrypt, store on disk,
// answer, publish. Client and broker run in the same process.
func BenchmarkIngest(b *testing.B) {
	for _, at := range []int{1, 64} {
		b.Run(fmt.Sprintf("%d at a time", at), func(b *testing.B) {
			w := startedWorld(b)
			from := mainWeChat(b)
			now := w.clock.Now()
			type signed struct {
				h    http.Header
				body []byte
			}
			load := make([]signed, b.N)
			for i := range load {
				body := from.notification("PAYSCORE.USER_PAID", paid(b, fmt.Sprintf("B%d", i)))
				load[i] = signed{from.signed(now, body), body}
			}
			var next, bad atomic.Int64
			var senders sync.WaitGroup
			b.ResetTimer()
			for range at {
				senders.Go(func() {
					for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
						if status, _ := deliver(b, w.door("wx-main"), load[i].h, load[i].body); status != http.StatusOK {
							bad.Add(1)
						}
					}
				})
			}
			senders.Wait()
			b.StopTimer()
			if bad.Load() > 0 {
				b.Fatalf("%d were not accepted", bad.Load())
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
			b.ReportMetric(float64(b.N)/float64(w.docs.inserts.Load()), "notices/write")
		})
	}
}
