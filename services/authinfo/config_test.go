package authinfo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/services/authinfo"
)

func TestTheDefaultsAreValidAndEveryRuleNamesItsField(t *testing.T) {
	good := authinfo.Default()
	good.SealKeys, good.UserKeyFile = "seal-keys", "user-key"
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for field, change := range map[string]func(*authinfo.Config){
		"seal_keys":             func(c *authinfo.Config) { c.SealKeys = "" },
		"session_ttl":           func(c *authinfo.Config) { c.SessionTTL = 0 },
		"credential_margin":     func(c *authinfo.Config) { c.CredentialMargin = -1 },
		"wechat_timeout":        func(c *authinfo.Config) { c.WeChatTimeout = 0 },
		"user_key_file":         func(c *authinfo.Config) { c.UserKeyFile = "" },
		"public_base":           func(c *authinfo.Config) { c.PublicBase = "http://pay.example.com" },
		"call_timeout":          func(c *authinfo.Config) { c.CallTimeout = 0 },
		"claim":                 func(c *authinfo.Config) { c.Claim = 2 * c.CallTimeout },
		"errands":               func(c *authinfo.Config) { c.Errands = 0 },
		"errands_per_merchant":  func(c *authinfo.Config) { c.ErrandsPerMerchant = c.Errands + 1 },
		"consent.try":           func(c *authinfo.Config) { c.Consent.Try = 0 },
		"consent.poll":          func(c *authinfo.Config) { c.Consent.Poll = nil },
		"sweep_every":           func(c *authinfo.Config) { c.SweepEvery = 0 },
		"workers":               func(c *authinfo.Config) { c.Workers = 0 },
		"requests.workers":      func(c *authinfo.Config) { c.Requests.Workers = 0 },
		"requests.per_merchant": func(c *authinfo.Config) { c.Requests.PerMerchant = c.Requests.Workers + 1 },
		"requests.deadline":     func(c *authinfo.Config) { c.WeChatTimeout = 5 * time.Second }, // two of them fill it
	} {
		c := good
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "["+field+"]") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestAPublicBaseIsReachableByWeChatOrByASandboxOnly(t *testing.T) {
	for base, want := range map[string]bool{
		"": true, "https://pay.example.com": true, "https://pay.example.com/facepay": true, "http://127.0.0.1:8081": true,
		"http://callback-ingest:8081": true, "http://10.1.2.3": true, "https://pay.example.com/": false, "http://pay.example.com": false,
		"https://pay.example.com?a=b": false, "pay.example.com": false, "https://" + strings.Repeat("a", 250): false,
	} {
		c := authinfo.Default()
		c.SealKeys, c.UserKeyFile, c.PublicBase = "seal-keys", "user-key", base
		if err := c.Validate(); (err == nil) != want {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestNoWaitOfTheConfigurationMayBeZeroUnlessThatHasAMeaning(t *testing.T) {
	meant := map[string]string{
		"limits.max_wait": "the default", "limits.back_off": "the default", "limits.longest_back_off": "the default",
		"limits.outage_within": "the default", "limits.probe": "the default", "limits.longest_probe": "the default",
		"credential_margin": "handed out to its end",
	}
	c := authinfo.Default()
	c.SealKeys, c.UserKeyFile = "seal-keys", "user-key"
	for field, wait := range service.Waits(&c) {
		was := *wait
		*wait = 0
		if err := c.Validate(); (err == nil) != (meant[field] != "") {
			t.Errorf("%s is 0: %v, though it means %q", field, err, meant[field])
		}
		*wait = was
	}
}
