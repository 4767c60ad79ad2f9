package service

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/fault"
)

func TestThePoolHoldsItsLimitsAndForgetsNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		workers := rapid.IntRange(1, 6).Draw(t, "workers")
		perMerchant := rapid.IntRange(1, workers).Draw(t, "perMerchant")
		p := newPool(workers, perMerchant)
		in, total := map[string]int{}, 0
		t.Repeat(map[string]func(*rapid.T){
			"enter": func(t *rapid.T) {
				m := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "merchant")
				err := p.enter(m)
				if room := in[m] < perMerchant && total < workers; room != (err == nil) {
					t.Fatalf("%d of %d in, %d of %d of the merchant: %v", total, workers, in[m], perMerchant, err)
				}
				if err == nil {
					in[m]++
					total++
				} else if fault.CodeOf(err) != "busy" || !fault.Is(err, fault.Retry) {
					t.Fatal(err)
				}
			},
			"leave": func(t *rapid.T) {
				m := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "merchant")
				if in[m] == 0 {
					return
				}
				p.leave(m)
				p.answered()
				in[m]--
				total--
			},
		})
		for m, n := range in {
			for range n {
				p.leave(m)
				p.answered()
			}
		}
		if len(p.running) != 0 || p.total != 0 {
			t.Fatalf("all have left, %v remain", p.running)
		}
		if err := p.drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := p.enter("a"); fault.CodeOf(err) != "stopping" {
			t.Fatalf("after the drain: %v", err)
		}
	})
}
