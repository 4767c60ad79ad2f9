package e2e

import (
	"testing"

	"github.com/facepay-go/facepay/services/standalone/audit"
)

// account is what the streams and the provider hold about one number.
type account struct {
	// Said are the events of the ORDER stream, in order; Told those of the NOTIFY stream.
	Said, Told []audit.Said
	Book       audit.Row
	Requests   audit.Requests
}

// ledger is what the streams and the provider's book hold about all numbers, read at one moment.
type ledger struct {
	*world
	said, told map[string][]audit.Said
	book       map[string]audit.Row
}

func (w *world) ledger(t testing.TB) *ledger {
	t.Helper()
	l := &ledger{world: w}
	var err error
	for stream, into := range map[string]*map[string][]audit.Said{"ORDER": &l.said, "NOTIFY": &l.told} {
		if *into, err = audit.ReadStream(w.ctx, w.JS, stream); err != nil {
			t.Fatal(err) // no service of ours publishes what cannot be read
		}
	}
	if l.book, err = audit.Book(w.ctx, w); err != nil {
		t.Fatal(err)
	}
	return l
}

// of is the account of one number.
func (l *ledger) of(t testing.TB, number string) account {
	t.Helper()
	a := account{Said: l.said[number], Told: l.told[number], Book: l.book[number]}
	var err error
	if a.Requests, err = audit.RequestsOf(l.ctx, l, number); err != nil {
		t.Fatal(err)
	}
	return a
}

// names are the events of a kind in order.
func names(all []audit.Said) []string { return audit.Names(all) }

// count counts events by name.
func (a account) count(name string) int {
	n := 0
	for _, s := range a.Said {
		if s.Name == name {
			n++
		}
	}
	return n
}

// codes are the codes of all events of that name.
func (a account) codes(name string) []string {
	var codes []string
	for _, s := range a.Said {
		if s.Name == name {
			codes = append(codes, s.Code)
		}
	}
	return codes
}
