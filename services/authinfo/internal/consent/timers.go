package consent

import (
	"slices"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Timers are the waits.
type Timers struct {
	// Poll are the gaps between queries while the user is away; the last repeats. A notification ends the wait earlier.
	Poll []time.Duration `yaml:"poll"`
	// Retry are the gaps after a call that settled nothing before there is a token: the customer stands there; the last
	// repeats.
	Retry []time.Duration `yaml:"retry"`
	// Try is how long a token is tried for: the customer stands there.
	Try time.Duration `yaml:"try"`
	// Margin is how long after the token's end WeChat is asked for the last time: who authorised in the last second is seen.
	Margin time.Duration `yaml:"margin"`
	// Last is how long that last question may take when WeChat does not answer.
	Last time.Duration `yaml:"last"`
	// TokenLife is how long a token opens WeChat's page (wechat-protocol.md §5.1: 1 h).
	TokenLife time.Duration `yaml:"token_life"`
}

// DefaultTimers asks 10 s, 30 s, 1 min after the token and then every 2 min, well before the four hours after which GUIDE
// wants a missing notification asked for (§7.5). Altogether a consent ends within 69 min of the wish: order-lifecycle waits for
// 70 (its timers.authorise_within).
func DefaultTimers() Timers {
	return Timers{
		Poll:  []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute},
		Retry: []time.Duration{time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second},
		Try:   5 * time.Minute, Margin: time.Minute, Last: 3 * time.Minute, TokenLife: time.Hour,
	}
}

// Validate refuses a wait that is not above 0 and gaps that shrink. The error names the field.
func (t Timers) Validate() error {
	for _, r := range []struct {
		field string
		waits []time.Duration
	}{
		{"poll", t.Poll}, {"retry", t.Retry}, {"try", []time.Duration{t.Try}}, {"margin", []time.Duration{t.Margin}}, {"last", []time.Duration{t.Last}},
		{"token_life", []time.Duration{t.TokenLife}},
	} {
		if len(r.waits) == 0 || r.waits[0] <= 0 || !slices.IsSorted(r.waits) {
			return fault.Invalid("consent."+r.field, "config_rule", "must be above 0, no gap shorter than the one before")
		}
	}
	return nil
}

// gap is the wait after round others.
func gap(gaps []time.Duration, round int) time.Duration { return gaps[min(round, len(gaps)-1)] }
