package book

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/money"
)

func opened(t *testing.T) *Book {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "book.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	b, err := Open(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Whatever orders there are, in one payment or in parts, collected by WeChat or elsewhere: a stretch of time has every
// payment of WeChat's once, in order of time, and each is found by its transaction_id.
func TestAStretchOfTimeHasEachOfItsPaymentsOnceInOrder(t *testing.T) {
	b := opened(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		base := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(round) * 1000 * time.Hour) // each round has its own time
		from, before := base.Add(20*time.Minute), base.Add(40*time.Minute)
		var want []string
		for i := range rapid.IntRange(0, 12).Draw(rt, "orders") {
			o := &Order{MchID: "1900000109", OutOrderNo: fmt.Sprintf("R%d-%d", round, i), State: Done, CreatedAt: base}
			at := base
			for j := range rapid.IntRange(1, 4).Draw(rt, "payments") {
				at = at.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "minutes")) * time.Minute)
				p := Payment{Amount: money.Fen(i + 1), At: at, TransactionID: fmt.Sprintf("4200%s%d-%d-%d", at.Format("20060102"), round, i, j)}
				if rapid.IntRange(0, 4).Draw(rt, "elsewhere") == 0 {
					p = Payment{Amount: 1, At: base.Add(time.Duration(rapid.IntRange(0, 60).Draw(rt, "said")) * time.Minute)}
				}
				o.Payments, o.PaidAt = append(o.Payments, p), p.At
				if p.TransactionID != "" && !p.At.Before(from) && p.At.Before(before) {
					want = append(want, p.TransactionID)
				}
			}
			if _, _, err := b.Create(t.Context(), o, Limits{}); err != nil {
				rt.Fatal(err)
			}
			for _, p := range o.Payments {
				if p.TransactionID == "" {
					continue
				}
				if found, payment, err := b.Transaction(t.Context(), p.TransactionID); err != nil || found.OutOrderNo != o.OutOrderNo || payment != p {
					rt.Fatalf("%s: %+v %v", p.TransactionID, payment, err)
				}
			}
		}
		var got []string
		var last time.Time
		for p, err := range b.Collected(t.Context(), from, before) {
			if err != nil {
				rt.Fatal(err)
			}
			if p.Payment.At.Before(last) {
				rt.Fatalf("%s comes after %s", p.Payment.At, last)
			}
			got, last = append(got, p.Payment.TransactionID), p.Payment.At
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			rt.Fatalf("%v, want %v", got, want)
		}
	})
}
