package sandbox_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/facepay-go/facepay/services/sandbox/book"
)

// A day of 5,000 orders, each refunded in part: 10,000 rows, written twice (once for the hash) and compressed.
func BenchmarkATradeBillOfADay(b *testing.B) {
	w := billed(b, nextDay, func(t testing.TB, truth *book.Book) {
		for i := range 5000 {
			p := deducted(number(i), 350, on(6, 0, i))
			put(t, truth, doneOrder(fmt.Sprint("PS", i), p))
			refunded(t, truth, p, &book.Refund{OutOrderNo: fmt.Sprint("PS", i), OutRefundNo: fmt.Sprint("RF", i), RefundID: fmt.Sprint("5000", i), Amount: 100,
				CreatedAt: on(9, 0, i), SettledAt: on(9, 0, i), Status: book.RefundSucceeded})
		}
	})
	b.ResetTimer()
	for b.Loop() {
		applied := w.call(b, http.MethodGet, tradeBillPath+"&tar_type=GZIP", nil)
		if file := w.download(b, applied.json(b)["download_url"].(string)); file.status != http.StatusOK {
			b.Fatal(file.status)
		}
	}
}
