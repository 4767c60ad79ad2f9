package wechatpay

import (
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/gate"
)

// Limits say how the calls of an account are held back. What they hold back is NotSent: the caller's timer tries again.
// An account has its own; nothing of one account waits for another. A zero field has the default named here; rates
// themselves are the account's (merchants.yaml), and without one nothing is paced.
type Limits struct {
	// Replicas is how many processes share the rates of each account; each takes its equal share. 1.
	Replicas int `yaml:"replicas"`
	// MaxWait bounds the wait of a call for its turn; it comes on top of the call's timeout. A quarter of that, at most 2s.
	MaxWait time.Duration `yaml:"max_wait"`
	// MaxWaiters bounds how many calls of one account wait; 64.
	MaxWaiters int `yaml:"max_waiters"`
	// BackOff and LongestBackOff are the pauses of one endpoint after 429: the first, doubling up to the longest while it
	// goes on, half of each by chance. 200ms (§1.5) and 30s.
	BackOff        time.Duration `yaml:"back_off"`
	LongestBackOff time.Duration `yaml:"longest_back_off"`
	// OutageAfter calls of the account lost in a row (no answer, or 5xx) within OutageWithin are an outage: 10 within 30s.
	OutageAfter  int           `yaml:"outage_after"`
	OutageWithin time.Duration `yaml:"outage_within"`
	// Probe and LongestProbe are the gaps between the single calls that go during an outage: the first, doubling up to the
	// longest, half of each by chance. 1s and 30s.
	Probe        time.Duration `yaml:"probe"`
	LongestProbe time.Duration `yaml:"longest_probe"`
}

// Validate refuses what cannot work. The error is Terminal and names the field.
func (l Limits) Validate() error {
	l = l.withDefaults(DefaultTimeout)
	for _, r := range []struct {
		field string
		holds bool
		rule  string
	}{
		{"replicas", l.Replicas > 0, "must not be negative"},
		{"max_wait", l.MaxWait > 0, "must not be negative"},
		{"max_waiters", l.MaxWaiters > 0, "must not be negative"},
		{"longest_back_off", l.BackOff > 0 && l.LongestBackOff >= l.BackOff, "must be at least back_off, and that above 0"},
		{"outage_after", l.OutageAfter > 0, "must not be negative"},
		{"outage_within", l.OutageWithin > 0, "must not be negative"},
		{"longest_probe", l.Probe > 0 && l.LongestProbe >= l.Probe, "must be at least probe, and that above 0"},
	} {
		if !r.holds {
			return fault.Invalid(r.field, "limits", "%s", r.rule)
		}
	}
	return nil
}

// Wait is the longest a call of that timeout may wait for its turn, on top of it.
func (l Limits) Wait(timeout time.Duration) time.Duration { return l.withDefaults(timeout).MaxWait }

func (l Limits) withDefaults(timeout time.Duration) Limits {
	return Limits{
		Replicas: or(l.Replicas, 1), MaxWait: or(l.MaxWait, min(2*time.Second, timeout/4)), MaxWaiters: or(l.MaxWaiters, 64),
		BackOff: or(l.BackOff, 200*time.Millisecond), LongestBackOff: or(l.LongestBackOff, 30*time.Second),
		OutageAfter: or(l.OutageAfter, 10), OutageWithin: or(l.OutageWithin, 30*time.Second),
		Probe: or(l.Probe, time.Second), LongestProbe: or(l.LongestProbe, 30*time.Second),
	}
}

func or[T int | time.Duration](value, otherwise T) T {
	if value == 0 {
		return otherwise
	}
	return value
}

// newGate is the gate of an account's calls.
func newGate(a *Account, o Options, observe func(gate.Held)) *gate.Gate {
	l := o.Limits
	return gate.New(gate.Options{
		Clock: o.Clock, Dice: o.Dice, Observe: observe,
		RateOf:  func(op string) gate.Rate { return a.rates.of(Operation(op), l.Replicas) },
		MaxWait: l.MaxWait, MaxWaiters: l.MaxWaiters,
		BackOff: gate.Gaps{First: l.BackOff, Longest: l.LongestBackOff},
		Trip:    l.OutageAfter, TripWithin: l.OutageWithin,
		Probe: gate.Gaps{First: l.Probe, Longest: l.LongestProbe},
	})
}

// told is what an answer says about the provider's health. Keys and bodies that do not hold are not an outage: they are
// alarmed elsewhere, and holding calls back would not mend them.
func told(a Answer) gate.Outcome {
	switch {
	case a.Doubt == DoubtCancelled, a.Doubt == DoubtLocal:
		return gate.Untold
	case a.Doubt == DoubtTimeout, a.Doubt == DoubtConnection, a.Doubt == DoubtServer:
		return gate.Lost
	case a.HTTPStatus == http.StatusTooManyRequests, a.Code == "FREQUENCY_LIMITED":
		return gate.TooFrequent
	default:
		return gate.Answered
	}
}
