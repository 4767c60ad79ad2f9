package order

import (
	"slices"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Timers are the waits of the machine. Zero fields are not allowed; DefaultTimers is the documented schedule.
type Timers struct {
	// OpenWithin is how long after the face result a service may still start. A create that succeeds later is cancelled.
	OpenWithin time.Duration `yaml:"open_within"`
	// ParkFor is how long a service_ended waits for its face result.
	ParkFor time.Duration `yaml:"park_for"`
	// AuthoriseWithin is how long a service without a face waits for authinfo's word; longer than WeChat's token lives.
	AuthoriseWithin time.Duration `yaml:"authorise_within"`
	// Confirm are the gaps between looks at a need-confirm order that its user has not confirmed; the last one repeats.
	Confirm []time.Duration `yaml:"confirm"`
	// ConfirmWithin is how long such an order waits before we cancel it; 0 waits for WeChat's own end after 30 days.
	ConfirmWithin time.Duration `yaml:"confirm_within"`
	// Settle is how long after an unknown outcome a request may still be carried out at the provider.
	Settle time.Duration `yaml:"settle"`
	// Unknown are the gaps after a lost answer; the last doubles up to Longest.
	Unknown []time.Duration `yaml:"unknown"`
	Longest time.Duration   `yaml:"longest"`
	// Pending are the gaps between queries after completion; then hourly for a day, then daily.
	Pending []time.Duration `yaml:"pending"`
	// Ages are the ages of a receivable (账龄) that are told, one event each.
	Ages []time.Duration `yaml:"ages"`
	// Refund are the gaps between looks at a refund; then hourly for a day, then daily. The first is at least the minute
	// that WeChat wants (wechat-protocol.md §9.3).
	Refund []time.Duration `yaml:"refund"`
	// RefundApart is the least time between two refunds of one payment (wechat-protocol.md §9.1).
	RefundApart time.Duration `yaml:"refund_apart"`
	// Busy is the wait while a deduction runs (单据正在扣款中, wechat-protocol.md §6.5).
	Busy time.Duration `yaml:"busy"`
	// InService is the gap between looks at an order in service: no notification tells of a cancel in the portal.
	InService time.Duration `yaml:"in_service"`
	// LongService is the age from which on a service is told to run for too long, of services that say nothing of their own.
	LongService time.Duration `yaml:"long_service"`
	// LongRefund is the age from which on a refund that WeChat works on is told: a card takes 1 to 3 working days
	// (wechat-protocol.md §9.3).
	LongRefund time.Duration `yaml:"long_refund"`
}

// DefaultTimers is wechat-protocol.md §6.9 with the architecture's additions.
func DefaultTimers() Timers {
	return Timers{
		OpenWithin: 30 * time.Second, ParkFor: 10 * time.Minute, Settle: time.Minute,
		AuthoriseWithin: 70 * time.Minute, ConfirmWithin: 15 * time.Minute,
		Confirm: []time.Duration{5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, time.Hour},
		Ages:    []time.Duration{24 * time.Hour, 3 * 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour},
		Refund:  []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute}, RefundApart: 61 * time.Second,
		Unknown: []time.Duration{time.Second, 3 * time.Second, 10 * time.Second}, Longest: 5 * time.Minute,
		Pending: []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute},
		Busy:    3 * time.Minute, InService: 24 * time.Hour, LongService: 24 * time.Hour, LongRefund: 7 * 24 * time.Hour,
	}
}

// Validate refuses a wait that is not above 0, and gaps that shrink. The error names the field.
func (t Timers) Validate() error {
	for _, r := range []struct {
		field string
		waits []time.Duration
	}{
		{"open_within", []time.Duration{t.OpenWithin}},
		{"park_for", []time.Duration{t.ParkFor}},
		{"settle", []time.Duration{t.Settle}},
		{"unknown", append(slices.Clone(t.Unknown), t.Longest)},
		{"pending", t.Pending},
		{"busy", []time.Duration{t.Busy}},
		{"authorise_within", []time.Duration{t.AuthoriseWithin}},
		{"confirm", t.Confirm},
		{"ages", append([]time.Duration{1}, t.Ages...)},
		{"refund", t.Refund},
		{"refund_apart", []time.Duration{t.RefundApart}},
		{"in_service", []time.Duration{t.InService}},
		{"long_service", []time.Duration{t.LongService}},
		{"long_refund", []time.Duration{t.LongRefund}},
	} {
		if len(r.waits) == 0 || r.waits[0] <= 0 || !slices.IsSorted(r.waits) {
			return fault.Invalid("timers."+r.field, "config_invalid", "must be above 0, no gap shorter than the one before, none of unknown above longest")
		}
	}
	if t.ConfirmWithin < 0 {
		return fault.Invalid("timers.confirm_within", "config_invalid", "must not be negative")
	}
	if len(t.Unknown) == 0 {
		return fault.Invalid("timers.unknown", "config_invalid", "needs at least one gap")
	}
	return nil
}

// retry is the gap after a request that settled nothing, round others before it.
func (t Timers) retry(round int) time.Duration {
	if round < len(t.Unknown) {
		return t.Unknown[round]
	}
	gap := t.Unknown[len(t.Unknown)-1]
	for range round - len(t.Unknown) + 1 {
		if gap *= 2; gap >= t.Longest {
			return t.Longest
		}
	}
	return gap
}

// pending is the gap before the next query of an order that WeChat has been collecting for so long. It never ends: an
// order is not closed until it is paid (wechat-protocol.md §6.4).
func (t Timers) pending(age time.Duration) time.Duration { return patient(t.Pending, age) }

// refund is the gap before the next query of a refund that WeChat has been working on for so long.
func (t Timers) refund(age time.Duration) time.Duration { return patient(t.Refund, age) }

// confirm is the gap before the next query of an order that its user has not confirmed for so long.
func (t Timers) confirm(age time.Duration) time.Duration {
	for _, gap := range t.Confirm {
		if age < gap {
			return gap
		}
		age -= gap
	}
	return t.Confirm[len(t.Confirm)-1]
}

// patient is the gap at an age: first gaps, then hourly for a day, then daily, for ever.
func patient(gaps []time.Duration, age time.Duration) time.Duration {
	for _, gap := range gaps {
		if age < gap {
			return gap
		}
		age -= gap
	}
	if age < 24*time.Hour {
		return time.Hour
	}
	return 24 * time.Hour
}
