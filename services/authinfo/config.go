package authinfo

import (
	"errors"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"

	"github.com/facepay-go/facepay/services/authinfo/internal/issuer"
)

// Config is how the service behaves; where it finds broker and store is its process's business. Start from Default.
type Config struct {
	// SealKeys is the file or folder of the keys that seal credentials at rest (pkg/seal.LoadKeys); the one with the
	// greatest id seals, all open. Add the new key on every replica before dropping the old one.
	SealKeys string `yaml:"seal_keys"`
	// SessionTTL is how long a face result is waited for; a session ends earlier when its credential does.
	SessionTTL time.Duration `yaml:"session_ttl"`
	// CredentialMargin is the life a credential must have left to be handed out again (wechat-protocol.md §2.2).
	CredentialMargin time.Duration `yaml:"credential_margin"`
	// WeChatTimeout bounds one call of get_wxpayface_authinfo; a call without an answer is repeated once.
	WeChatTimeout time.Duration `yaml:"wechat_timeout"`
	// SweepEvery is how often expired sessions and unpublished events are looked for.
	SweepEvery time.Duration `yaml:"sweep_every"`
	// Workers is how many events are handled at once.
	Workers int `yaml:"workers"`
	// Requests bounds what requests may take.
	Requests service.RequestsConfig `yaml:"requests"`
}

// Default is what a file starts from; seal_keys alone has no default.
func Default() Config {
	return Config{
		SessionTTL:       10 * time.Minute,
		CredentialMargin: 300 * time.Second,
		WeChatTimeout:    4 * time.Second,
		SweepEvery:       time.Second,
		Workers:          16,
		Requests:         service.RequestsConfig{Workers: 64, PerMerchant: 16, Deadline: 10 * time.Second},
	}
}

// Validate refuses what cannot work. It joins one Terminal error per broken rule, naming the field.
func (c Config) Validate() error {
	var broken []error
	need := func(field string, holds bool, rule string) {
		if !holds {
			broken = append(broken, fault.Invalid(field, "config_rule", "%s", rule))
		}
	}
	need("seal_keys", c.SealKeys != "", "must name a file or a folder of keys")
	need("session_ttl", c.SessionTTL > 0, "must be more than 0")
	need("credential_margin", c.CredentialMargin >= 0, "must not be negative")
	need("wechat_timeout", c.WeChatTimeout > 0, "must be more than 0")
	need("sweep_every", c.SweepEvery > 0, "must be more than 0")
	need("workers", c.Workers > 0, "must be more than 0")
	need("requests.workers", c.Requests.Workers > 0, "must be more than 0")
	need("requests.per_merchant", c.Requests.PerMerchant > 0 && c.Requests.PerMerchant <= c.Requests.Workers,
		"must be more than 0 and at most requests.workers")
	need("requests.deadline", c.Requests.Deadline > c.longestAsk(),
		"must be longer than all calls of WeChat for one request: twice wechat_timeout and a pause")
	return errors.Join(broken...)
}

// longestAsk is how long WeChat may keep one request waiting.
func (c Config) longestAsk() time.Duration {
	return issuer.Tries*c.WeChatTimeout + (issuer.Tries-1)*issuer.Pause
}
