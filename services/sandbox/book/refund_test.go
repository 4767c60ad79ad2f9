package book

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/money"
)

var paidAt = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

func TestRefundsOfAPaymentFollowTheirRules(t *testing.T) {
	one := func(amount money.Fen, status string, at time.Time) Refund {
		return Refund{Amount: amount, Status: status, CreatedAt: at}
	}
	var fifty []Refund
	for i := range mostRefunds {
		fifty = append(fifty, one(1, RefundSucceeded, paidAt.Add(time.Duration(i)*time.Minute)))
	}
	later := paidAt.Add(3 * time.Hour)
	for name, c := range map[string]struct {
		amount, total money.Fen
		earlier       []Refund
		at            time.Time
		want          error
	}{
		"all":                            {350, 350, nil, later, nil},
		"another total":                  {100, 300, nil, later, TotalDiffers},
		"more than was paid":             {351, 350, nil, later, MoreThanPaid},
		"the rest":                       {250, 350, []Refund{one(100, RefundProcessing, paidAt)}, later, nil},
		"more than the rest":             {251, 350, []Refund{one(100, RefundProcessing, paidAt)}, later, MoreThanPaid},
		"an abnormal one still counts":   {251, 350, []Refund{one(100, RefundAbnormal, paidAt)}, later, MoreThanPaid},
		"a closed one gave nothing back": {350, 350, []Refund{one(100, RefundClosed, paidAt)}, later, nil},
		"the fiftieth":                   {1, 350, fifty[1:], later, nil},
		"the fifty-first":                {1, 350, fifty, later, TooManyRefunds},
		"a minute after the last":        {1, 350, []Refund{one(1, RefundSucceeded, later.Add(-time.Minute))}, later, nil},
		"sooner":                         {1, 350, []Refund{one(1, RefundSucceeded, later.Add(-time.Minute+1))}, later, TooSoon},
		"on the last day":                {1, 350, nil, paidAt.Add(365 * 24 * time.Hour), nil},
		"a day later":                    {1, 350, nil, paidAt.Add(366 * 24 * time.Hour), TooLate},
	} {
		p := Payment{Amount: 350, At: paidAt}
		if err := p.MayRefund(&Refund{Amount: c.amount, Total: c.total}, c.earlier, c.at); err != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// Whatever is tried: refunds that are not closed never exceed the payment, a final status other than an abnormal one never
// changes, and the status seen at a moment never changes afterwards.
func TestNoSequenceOfRefundsGivesBackMoreThanWasPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Payment{Amount: 350, At: paidAt}
		var all []Refund
		now := paidAt
		seen := map[int]map[time.Time]string{}
		for range rapid.IntRange(1, 30).Draw(t, "acts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "seconds")) * time.Second)
			for i := range all {
				if !all[i].CreatedAt.After(now) {
					seen[i][now] = all[i].StatusAt(now)
				}
			}
			now = now.Add(time.Millisecond)
			switch act := rapid.SampledFrom([]string{"refund", "settle", "handle"}).Draw(t, "act"); {
			case act == "refund":
				r := Refund{Amount: money.Fen(rapid.IntRange(1, 200).Draw(t, "amount")), Total: 350, Status: RefundProcessing, CreatedAt: now}
				if p.MayRefund(&r, all, now) == nil {
					all = append(all, r)
					seen[len(all)-1] = map[time.Time]string{}
				}
			case len(all) == 0:
			default:
				r := &all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]
				before := r.Status
				if act == "settle" {
					r.Settle(rapid.SampledFrom([]string{RefundSucceeded, RefundClosed, RefundAbnormal}).Draw(t, "status"), now)
				} else if err := r.Handle(now); (err == nil) != (before == RefundAbnormal) {
					t.Fatalf("a refund that is %s was handled: %v", before, err)
				}
				if final := before == RefundSucceeded || before == RefundClosed; final && r.Status != before {
					t.Fatalf("%s became %s", before, r.Status)
				}
			}
			var given money.Fen
			for i, r := range all {
				if r.Status != RefundClosed {
					given += r.Amount
				}
				for at, status := range seen[i] {
					if got := r.StatusAt(at); got != status {
						t.Fatalf("at %s it was %s, later it was said to have been %s", at, status, got)
					}
				}
			}
			if given > p.Amount {
				t.Fatalf("%d of %d given back", given, p.Amount)
			}
		}
	})
}
