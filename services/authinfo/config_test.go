package authinfo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/authinfo"
)

func TestTheDefaultsAreValidAndEveryRuleNamesItsField(t *testing.T) {
	good := authinfo.Default()
	good.SealKeys = "seal-keys"
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for field, change := range map[string]func(*authinfo.Config){
		"seal_keys":             func(c *authinfo.Config) { c.SealKeys = "" },
		"session_ttl":           func(c *authinfo.Config) { c.SessionTTL = 0 },
		"credential_margin":     func(c *authinfo.Config) { c.CredentialMargin = -1 },
		"wechat_timeout":        func(c *authinfo.Config) { c.WeChatTimeout = 0 },
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
