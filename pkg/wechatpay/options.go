package wechatpay

import (
	"math/rand/v2"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
)

// DefaultTimeout bounds one call when Options names none. It is on the machine's clock.
const DefaultTimeout = 10 * time.Second

// Options are what a client of WeChat Pay gets from outside.
type Options struct {
	// HTTP sends requests. Redirects are not followed whatever it says: a signature is for one URL.
	HTTP *http.Client
	// Clock gives the timestamps that are signed and the window answers must fall in.
	Clock clock.Clock
	// Nonce makes a nonce_str: at most 32 letters and digits, unpredictable (crypto/rand.Text).
	Nonce func() string
	// Timeout bounds one call, body included; DefaultTimeout when 0.
	Timeout time.Duration
	// Limits hold calls back; the zero Limits are the defaults.
	Limits Limits
	// Dice gives numbers in [0, 1) for jitter; math/rand when nil.
	Dice func() float64
	// Meters show what is held back and when certificates end; nil for nobody.
	Meters metric.MeterProvider
}

// Checked is o with defaults, or a Terminal error that names what is missing.
func (o Options) Checked() (Options, error) {
	switch {
	case o.HTTP == nil:
		return o, fault.Invalid("options.http", "option_missing", "an http client is needed")
	case o.Clock == nil:
		return o, fault.Invalid("options.clock", "option_missing", "a clock is needed")
	case o.Nonce == nil:
		return o, fault.Invalid("options.nonce", "option_missing", "a nonce source is needed")
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if err := o.Limits.Validate(); err != nil {
		return o, err
	}
	o.Limits = o.Limits.withDefaults(o.Timeout)
	if o.Dice == nil {
		o.Dice = rand.Float64
	}
	if o.Meters == nil {
		o.Meters = noMeters()
	}
	o.HTTP = withoutRedirects(o.HTTP)
	return o, nil
}

func withoutRedirects(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}
