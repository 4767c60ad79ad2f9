// Package authorisation is what WeChat's notifications told of one user's authorisation (授权) of one service: open,
// closed, or nothing yet. Notifications come in any order and more than once; the newest by WeChat's own clock decides.
package authorisation

import (
	"slices"
	"time"
)

// State is where an authorisation stands by what we were told. WeChat's answer to a query is the present truth; this is not
// asked before an order is created.
type State string

const (
	// Unknown: no notification came.
	Unknown State = "UNKNOWN"
	// Open: the newest notification opened it.
	Open State = "OPEN"
	// Closed: the newest notification closed it. Orders in progress can still be completed.
	Closed State = "CLOSED"
)

// Authorisation is one user's authorisation of one service. The user is a user_key; no openid is kept. Fields are exported
// for the store only; Take changes them.
type Authorisation struct {
	State State
	// ServiceID and UserKey name it, within its merchant.
	ServiceID, UserKey string
	// Since is the newest openorclose_time, second precision.
	Since time.Time
	// Latest are the facts of that second; they decide the state together.
	Latest []Fact
	// Taken are the keys of all facts, kept for ever: a fact has its effect once.
	Taken []string
}

// ID is the id of an authorisation's document.
func ID(merchant, serviceID, userKey string) string {
	return merchant + "/" + serviceID + "/" + userKey
}

// Take takes one fact and reports whether it is new. A new one is told to others also when it is older than what is known:
// they order facts by their time as well.
func (a *Authorisation) Take(f Fact) bool {
	f.At = f.At.Truncate(time.Second)
	if slices.Contains(a.Taken, f.key()) {
		return false
	}
	a.Taken = append(a.Taken, f.key())
	switch {
	case f.At.After(a.Since):
		a.Since, a.Latest = f.At, []Fact{f}
	case f.At.Equal(a.Since):
		a.Latest = append(a.Latest, f)
	}
	a.State = decide(a.Latest)
	return true
}

// Shows reports whether the opening f is what holds now: nothing newer is known, and nothing of its second ended it.
func (a *Authorisation) Shows(f Fact) bool {
	return a.State == Open && f.Kind == Opening && f.At.Truncate(time.Second).Equal(a.Since) && !ended(f, a.Latest)
}

// decide judges the facts of one second, whatever order they came in. openorclose_time has no more precision, so open,
// close, open again within it (three facts, wechat-protocol.md §7.5) are told apart by the agreement they name: an opening
// that no closing of that second names came after the closing.
func decide(second []Fact) State {
	for _, f := range second {
		if f.Kind == Opening && !ended(f, second) {
			return Open
		}
	}
	return Closed
}

// ended: what names the same agreement, or none, is taken to have been closed last: an authorisation wrongly believed
// closed costs a query, the other way round an order that WeChat refuses.
func ended(opening Fact, second []Fact) bool {
	return slices.ContainsFunc(second, func(f Fact) bool { return f.Kind == Closing && f.agreement() == opening.agreement() })
}
