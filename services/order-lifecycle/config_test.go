package lifecycle

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
)

func TestTheDefaultsNeedOnlyAPublicBase(t *testing.T) {
	c := Default()
	if err := c.Validate(); fault.FieldOf(err) != "public_base" {
		t.Errorf("got %v", err)
	}
	c.PublicBase = "https://pay.example.com"
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestThePublicBaseIsOneThatWeChatTakes(t *testing.T) {
	for base, want := range map[string]string{
		"https://pay.example.com/wx":                           "",
		"http://127.0.0.1:8080":                                "",
		"http://[::1]:8080":                                    "",
		"http://10.0.0.7":                                      "",
		"http://callback-ingest:8081":                          "",
		"http://localhost:8081":                                "",
		"http://pay.example.com":                               "notify_url_https",
		"http://8.8.8.8":                                       "notify_url_https",
		"https://pay.example.com/":                             "config_invalid",
		"https://pay.example.com?a=1":                          "notify_url_query",
		"https://user:pass@pay.example.com":                    "notify_url_form",
		"ftp://127.0.0.1":                                      "notify_url_form",
		"pay.example.com":                                      "notify_url_form",
		"https://pay.example.com/" + string(make([]byte, 300)): "too_long",
	} {
		c := Default()
		c.PublicBase = base
		err := c.Validate()
		if fault.CodeOf(err) != want || err != nil && fault.FieldOf(err) != "public_base" {
			t.Errorf("%.40q: got %v, want %q", base, err, want)
		}
	}
}

func TestWhatCannotWorkIsNamed(t *testing.T) {
	for field, change := range map[string]func(*Config){
		"call_timeout":         func(c *Config) { c.CallTimeout = 0 },
		"claim":                func(c *Config) { c.Claim = 2 * c.CallTimeout },
		"sweep_every":          func(c *Config) { c.SweepEvery = 0 },
		"consumers":            func(c *Config) { c.Consumers = 0 },
		"errands":              func(c *Config) { c.Errands = 0 },
		"errands_per_merchant": func(c *Config) { c.ErrandsPerMerchant = c.Errands + 1 },
		"handled_bound":        func(c *Config) { c.HandledBound = -1 },
		"timers.open_within":   func(c *Config) { c.Timers.OpenWithin = 0 },
		"timers.park_for":      func(c *Config) { c.Timers.ParkFor = -time.Second },
		"timers.settle":        func(c *Config) { c.Timers.Settle = 0 },
		"timers.busy":          func(c *Config) { c.Timers.Busy = 0 },
		"timers.in_service":    func(c *Config) { c.Timers.InService = 0 },
		"timers.unknown":       func(c *Config) { c.Timers.Unknown = nil },
		"timers.pending":       func(c *Config) { c.Timers.Pending = []time.Duration{time.Minute, time.Second} },
	} {
		c := Default()
		c.PublicBase = "https://pay.example.com"
		change(&c)
		if err := c.Validate(); fault.FieldOf(err) != field || !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

func TestAGapAboveTheLongestIsRefused(t *testing.T) {
	c := Default()
	c.PublicBase, c.Timers.Longest = "https://pay.example.com", time.Second
	if err := c.Validate(); fault.FieldOf(err) != "timers.unknown" {
		t.Errorf("got %v", err)
	}
}

func TestNoWaitOfTheConfigurationMayBeZeroUnlessThatHasAMeaning(t *testing.T) {
	meant := map[string]string{
		"timers.confirm_within": "WeChat ends it after 30 days",
		"limits.max_wait":       "the default", "limits.back_off": "the default", "limits.longest_back_off": "the default",
		"limits.outage_within": "the default", "limits.probe": "the default", "limits.longest_probe": "the default",
		"requests.deadline": "the default",
	}
	c := Default()
	c.PublicBase = "https://pay.example.com"
	for field, wait := range service.Waits(&c) {
		was := *wait
		*wait = 0
		if err := c.Validate(); (err == nil) != (meant[field] != "") {
			t.Errorf("%s is 0: %v, though it means %q", field, err, meant[field])
		}
		*wait = was
	}
}
