package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/facepay-go/facepay/services/sandbox"
)

// BenchmarkOrdersFromCreateToPaid counts whole orders: create, complete, deduction, callback. Most of the time is
// RSA signatures of both sides.
func BenchmarkOrdersFromCreateToPaid(b *testing.B) {
	w := start(b, configured(func(c *sandbox.Config) { c.NoUserLimits = true }))
	openID := w.face(b, "alice", "PS1")["openid"].(string)
	var serial atomic.Int64
	b.ResetTimer()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			no := fmt.Sprint("PS", serial.Add(1))
			body := w.createBody(no, openID)
			body["time_range"] = fieldsOf{"start_time": w.today()}
			post(b, w, ordersPath, body)
			post(b, w, ordersPath+"/"+no+"/complete", completeBody(w.today(), 350))
		}
	})
	for range serial.Load() {
		w.next(b, "/order")
	}
}

func post(b *testing.B, w *world, uri string, content any) {
	raw, err := json.Marshal(content)
	if err != nil {
		b.Error(err)
		return
	}
	if r, err := w.send(w.client.request(http.MethodPost, uri, raw)); err != nil || r.status != http.StatusOK {
		b.Errorf("%d %s %v", r.status, r.body, err)
	}
}
