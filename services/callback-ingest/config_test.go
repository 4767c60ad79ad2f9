package callbackingest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/service"
	callbackingest "github.com/facepay-go/facepay/services/callback-ingest"
)

func TestTheDefaultConfigurationLacksTheUserKeyOnly(t *testing.T) {
	c := callbackingest.Default()
	if err := c.Validate(); err == nil || strings.Count(err.Error(), "config_rule") != 1 {
		t.Errorf("without a user key: %v", err)
	}
	c.UserKeyFile = "user_key"
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestEveryImpossibleValueIsRefusedByItsField(t *testing.T) {
	for field, spoil := range map[string]func(*callbackingest.Config){
		"listen":                 func(c *callbackingest.Config) { c.Listen = "" },
		"read_within":            func(c *callbackingest.Config) { c.ReadWithin = 0 },
		"store_within":           func(c *callbackingest.Config) { c.StoreWithin = time.Second },
		"max_in_flight":          func(c *callbackingest.Config) { c.MaxInFlight = 1 << 20 },
		"max_connections":        func(c *callbackingest.Config) { c.MaxConnections = 0 },
		"connections_per_source": func(c *callbackingest.Config) { c.ConnectionsPerSource = c.MaxConnections + 1 },
		"adopt_every":            func(c *callbackingest.Config) { c.AdoptEvery = 0 },
		"commit_most":            func(c *callbackingest.Config) { c.CommitMost = 1001 },
		"sweep_every":            func(c *callbackingest.Config) { c.SweepEvery = 0 },
		"settled":                func(c *callbackingest.Config) { c.Settled = -1 },
		"give_way":               func(c *callbackingest.Config) { c.GiveWay = c.Settled + 1 },
		"keep_days":              func(c *callbackingest.Config) { c.KeepDays = 29 },
		"user_key_file":          func(c *callbackingest.Config) { c.UserKeyFile = "" },
		"wechat_timeout":         func(c *callbackingest.Config) { c.WeChatTimeout = 0 },
	} {
		c := callbackingest.Default()
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "["+field+"]") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestNoWaitOfTheConfigurationMayBeZeroUnlessThatHasAMeaning(t *testing.T) {
	meant := map[string]string{
		"give_way":          "publishing never waits",
		"requests.deadline": "the default",
	}
	c := callbackingest.Default()
	c.UserKeyFile = "user-key"
	for field, wait := range service.Waits(&c) {
		was := *wait
		*wait = 0
		if err := c.Validate(); (err == nil) != (meant[field] != "") {
			t.Errorf("%s is 0: %v, though it means %q", field, err, meant[field])
		}
		*wait = was
	}
}
