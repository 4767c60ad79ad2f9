package gate

import "time"

// lane is one endpoint of the account: its rate (GCRA, so no bucket has to be filled) and its back-off.
type lane struct {
	rate Rate
	// full is when the allowance is whole again.
	full time.Time
	// until is the end of the back-off that began at began; tries is how many came in a row.
	began, until time.Time
	tries        int
}

// free is the earliest time a call may go, not after now when it may; cause says what it waits for otherwise.
func (l *lane) free(now time.Time) (at time.Time, cause Cause) {
	at, cause = l.until, ByBackOff
	if l.rate.Every > 0 {
		if paced := l.full.Add(-time.Duration(l.rate.Burst-1) * l.rate.Every); paced.After(at) {
			at, cause = paced, ByRate
		}
	}
	return at, cause
}

// took spends the allowance of one call.
func (l *lane) took(now time.Time) {
	if l.full.Before(now) {
		l.full = now
	}
	l.full = l.full.Add(l.rate.Every)
}

// told takes the outcome of a call that went at went. Calls that were under way together and all heard "too frequent"
// are one occasion: only one that went after the last back-off began lengthens the next.
func (l *lane) told(o Outcome, went, now time.Time, opts *Options) {
	switch {
	case went.Before(l.began) || l.tries > 0 && went.Equal(l.began):
	case o == TooFrequent:
		l.began, l.until = now, now.Add(opts.BackOff.at(l.tries, opts.Dice()))
		l.tries++
	case o == Answered:
		l.tries = 0
	}
}
