package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
)

// endedOnce holds an order against the promises of every story: it ended once, as wanted, with that much money, every
// listener heard everything once, and the provider's book says the same. It gives the account for more questions.
func (l *ledger) endedOnce(t testing.TB, number, end string, paid money.Fen) account {
	t.Helper()
	a := l.of(t, number)
	for _, broken := range append(a.broken(end, paid), l.misheard(number, a)...) {
		t.Errorf("%s: %s", number, broken)
	}
	return a
}

// broken names every promise the account breaks.
func (a account) broken(end string, paid money.Fen) (found []string) {
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	ends := slices.DeleteFunc(names(a.Said), func(n string) bool { return !slices.Contains(kiosk.Final, n) })
	if !slices.Equal(ends, []string{end}) {
		say("it ended as %v, want %s once (all events: %v)", ends, end, names(a.Said))
	}
	ids, facts := map[string]bool{}, map[string]bool{}
	var sum money.Fen
	for _, s := range a.Said {
		if ids[s.ID] || (s.FactID != "" && facts[s.FactID]) {
			say("%s was said twice (id %s, fact %s)", s.Name, s.ID, s.FactID)
		}
		ids[s.ID], facts[s.FactID] = true, true
		sum += s.Paid
	}
	for _, once := range []string{"opened", "completing", "payment_pending"} {
		if n := a.count(once); n > 1 {
			say("%s was said %d times", once, n)
		}
	}
	if sum != paid || a.Book.Paid != paid {
		say("we say %d fen were paid, the provider %d, commanded were %d", sum, a.Book.Paid, paid)
	}
	if !a.Book.Agrees(end) {
		say("the provider says %s, we say %s", a.Book.End(), end)
	}
	for _, op := range []string{"create", "complete", "cancel"} {
		if n := a.Requests.Executed[op]; n > 1 {
			say("%s was executed %d times", op, n)
		}
		if n := a.Requests.Bodies[op]; n > 1 {
			say("%d different bodies were sent to %s", n, op)
		}
	}
	return found
}

// misheard compares what a listener heard with what the stream holds.
func (w *world) misheard(number string, a account) []string {
	var heard []string
	err := w.until("all events at the listener", func() (bool, error) {
		heard = heard[:0]
		for _, s := range w.tracker.Of(number) {
			heard = append(heard, s.Name+" "+s.ID)
		}
		return len(heard) >= len(a.Said), nil
	})
	stored := make([]string, len(a.Said))
	for i, s := range a.Said {
		stored[i] = s.Name + " " + s.ID
	}
	if err != nil || !slices.Equal(heard, stored) {
		return []string{fmt.Sprintf("a listener heard %v, the stream holds %v", heard, stored)}
	}
	return nil
}
