package lifecycle

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Config is the service's own configuration.
type Config struct {
	// PublicBase is the base of the notify_url sent with every order: https, with a host that WeChat reaches. The callback
	// is {public_base}/v1/notify/wechat/{account}. http passes for hosts that only a sandbox can reach: loopback and
	// private addresses, names without a dot.
	PublicBase string `yaml:"public_base"`
	// Timers are the waits of the state machine (wechat-protocol.md §6.9).
	Timers order.Timers `yaml:"timers"`
	// TopUp is the wait before a refund is tried again that the merchant's balance did not cover; 10m.
	TopUp time.Duration `yaml:"top_up"`
	// CallTimeout bounds one call to WeChat, on the machine's clock; 10s.
	CallTimeout time.Duration `yaml:"call_timeout"`
	// Limits hold calls to WeChat back: this replica's share of the rates in merchants.yaml, pauses after 429, and outages.
	Limits wechatpay.Limits `yaml:"limits"`
	// Claim is how long a replica keeps an order to itself while it calls WeChat; more than twice call_timeout and
	// limits.max_wait together; 25s.
	Claim time.Duration `yaml:"claim"`
	// SweepEvery is the pause between looks for due timers and unpublished events; 500ms.
	SweepEvery time.Duration `yaml:"sweep_every"`
	// Consumers is how many events are handled at once, of one merchant at most half of what others leave; 64.
	Consumers int `yaml:"consumers"`
	// Errands is how many calls to WeChat run at once, ErrandsPerMerchant how many of them for one merchant; 64 and 32.
	Errands            int `yaml:"errands"`
	ErrandsPerMerchant int `yaml:"errands_per_merchant"`
	// HandledBound is how many event ids an order remembers to answer repeats early; 64. 0 is correct, and slower.
	HandledBound int `yaml:"handled_bound"`
	// Requests bounds what requests may take.
	Requests service.RequestsConfig `yaml:"requests"`
}

// Default is what a file starts from; public_base alone has no default.
func Default() Config {
	return Config{
		Timers: order.DefaultTimers(), CallTimeout: wechatpay.DefaultTimeout, Claim: 25 * time.Second, TopUp: 10 * time.Minute,
		SweepEvery: 500 * time.Millisecond, Consumers: 64, Errands: 64, ErrandsPerMerchant: 32,
		HandledBound: aggregate.DefaultHandled,
	}
}

// Validate refuses what cannot work, naming the field.
func (c Config) Validate() error {
	for _, r := range []struct {
		field string
		ok    bool
		rule  string
	}{
		{"public_base", c.PublicBase != "" && !strings.HasSuffix(c.PublicBase, "/"), "is required, without a slash at its end"},
		{"call_timeout", c.CallTimeout > 0, "must be positive"},
		{"claim", c.Claim > 2*c.CallTimeout+c.Limits.Wait(c.CallTimeout), "must be more than twice call_timeout and limits.max_wait together"},
		{"top_up", c.TopUp > 0, "must be positive"},
		{"sweep_every", c.SweepEvery > 0, "must be positive"},
		{"consumers", c.Consumers > 0, "must be positive"},
		{"errands", c.Errands > 0, "must be positive"},
		{"errands_per_merchant", c.ErrandsPerMerchant > 0 && c.ErrandsPerMerchant <= c.Errands, "must be positive and at most errands"},
		{"handled_bound", c.HandledBound >= 0, "must not be negative"},
	} {
		if !r.ok {
			return fault.Invalid(r.field, "config_invalid", "%s", r.rule)
		}
	}
	if err := c.Timers.Validate(); err != nil {
		return err
	}
	if err := c.Limits.Validate(); err != nil {
		return fault.Invalid("limits."+fault.FieldOf(err), "config_invalid", "%s", fault.TextOf(err))
	}
	return validBase(c.PublicBase)
}

// validBase holds the longest notify_url that can come of base against wechat-protocol.md §6.2.
func validBase(base string) error {
	err := payscore.ValidNotifyURL(notifyURL(base, strings.Repeat("a", 32)))
	if fault.CodeOf(err) == "notify_url_https" && onlyForSandbox(base) {
		return nil
	}
	if err != nil {
		return fault.Invalid("public_base", fault.CodeOf(err), "the notify_url made of it is not valid: %s", fault.TextOf(err))
	}
	return nil
}

// notifyURL is where WeChat tells of the orders of a channel account.
func notifyURL(base, account string) string { return base + "/v1/notify/wechat/" + account }

// onlyForSandbox reports a host that WeChat cannot reach.
func onlyForSandbox(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return !strings.Contains(u.Hostname(), ".")
	}
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified()
}
