package payscore

import (
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
)

// OnAccept as a start_time is the moment the order is accepted. That it works in no-confirm mode is seen in use, not
// stated (§10.4): the policy is configured per service.
const OnAccept = "OnAccept"

const (
	secondForm = "20060102150405"
	dayForm    = "20060102"
)

// Compact prints t as Beijing yyyyMMddHHmmss, cutting what is below a second.
func Compact(t time.Time) string { return t.In(clock.Beijing).Format(secondForm) }

// CompactDay prints the Beijing date of t as yyyyMMdd.
func CompactDay(t time.Time) string { return t.In(clock.Beijing).Format(dayForm) }

// ParseCompact reads yyyyMMddHHmmss, or yyyyMMdd as the start of that Beijing day, into UTC. OnAccept is not a time.
// The error is Terminal.
func ParseCompact(s string) (time.Time, error) {
	form := secondForm
	if len(s) == len(dayForm) {
		form = dayForm
	}
	t, err := time.ParseInLocation(form, s, clock.Beijing)
	if err != nil || len(s) != len(form) {
		return time.Time{}, fault.New(fault.Terminal, "time_form", "a compact time is yyyyMMddHHmmss or yyyyMMdd in Beijing time")
	}
	return t.UTC(), nil
}

// dayOnly reports day precision. OnAccept happens to have eight letters, and stands for a second.
func dayOnly(s string) bool { return len(s) == len(dayForm) && s != OnAccept }
