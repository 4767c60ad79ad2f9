package book

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/money"
)

// Whatever is tried in whatever order: final states never change, money is collected once, never beyond the total, and only
// from a completed order, whose total only falls (wechat-protocol.md §6.9).
func TestNoSequenceOfActsCollectsTwiceOrLeavesAFinalState(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		o := &Order{State: Doing, Description: UserConfirm, CreatedAt: at}
		if rapid.Bool().Draw(t, "need confirm") {
			o.Wait()
		}
		for range rapid.IntRange(1, 20).Draw(t, "acts") {
			before := *o
			var err error
			switch rapid.SampledFrom([]string{"complete", "cancel", "collect", "later", "modify", "sync", "pay", "confirm", "expire"}).Draw(t, "act") {
			case "complete":
				total := money.Fen(rapid.Int64Range(0, 3).Draw(t, "total"))
				_, err = o.Complete(Completion{Total: total, With: total.Yuan(), At: at, DeductAt: at})
			case "cancel":
				_, err = o.Cancel(Cancellation{With: rapid.SampledFrom([]string{"x", "y", ""}).Draw(t, "with"), At: at, RefuseCompleted: rapid.Bool().Draw(t, "refuse")})
			case "collect":
				part := money.Fen(rapid.Int64Range(0, 3).Draw(t, "part"))
				err = o.Collect(Payment{TransactionID: "4200", At: at, Amount: part}, at)
			case "later":
				err = o.DeductLater(at)
			case "modify":
				err = o.Modify(Modification{Total: money.Fen(rapid.Int64Range(0, 3).Draw(t, "lower")), At: at})
			case "sync":
				err = o.Sync(at)
			case "pay":
				err = o.CollectNow(at)
			case "confirm":
				err = o.Confirm(Confirmation{OpenID: "o", At: at})
			case "expire":
				o.Expire(at.Add(rapid.SampledFrom([]time.Duration{0, expiresAfter}).Draw(t, "later")))
			}
			if _, refused := errors.AsType[Refusal](err); err != nil && (!refused || o.State != before.State || o.Paid() != before.Paid()) {
				t.Fatalf("refused with %v and changed", err)
			}
			if before.Completed && o.Total > before.Total {
				t.Fatalf("a total of %d became %d", before.Total, o.Total)
			}
			if final := before.State == Done || before.State == Revoked || before.State == Expired; final && (o.State != before.State || o.Paid() != before.Paid()) {
				t.Fatalf("%s became %s", before.State, o.State)
			}
			if o.Paid() > o.Total || (o.Completed && o.State == Done) != (o.Completed && o.State != Revoked && o.Paid() == o.Total) {
				t.Fatalf("paid %d of %d in %s", o.Paid(), o.Total, o.State)
			}
			if o.State == Revoked && o.Paid() != 0 {
				t.Fatal("a collected part was cancelled")
			}
			if (o.State == Created) != !o.ExpireAt.IsZero() || o.State == Expired && o.Completed {
				t.Fatalf("%s expires at %v", o.State, o.ExpireAt)
			}
			if waiting := !o.DeductAt.IsZero(); waiting && o.Phase() != Unpaid {
				t.Fatalf("a deduction waits in %s", o.State)
			}
		}
	})
}

func TestCompletingAgainIsOnlyAllowedWithTheSameParameters(t *testing.T) {
	o := &Order{State: Doing, Description: UserConfirm}
	if changed, err := o.Complete(Completion{Total: 5, With: "a"}); !changed || err != nil {
		t.Fatal(changed, err)
	}
	if changed, err := o.Complete(Completion{Total: 5, With: "a"}); changed || err != nil {
		t.Fatal(changed, err)
	}
	if _, err := o.Complete(Completion{Total: 6, With: "b"}); err != DifferentParameters {
		t.Fatal(err)
	}
}
