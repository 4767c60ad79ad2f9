package authinfo

import (
	"errors"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
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
	// UserKeyFile holds the secret by which users are named in events, the same file as callback-ingest's (pkg/userkey).
	UserKeyFile string `yaml:"user_key_file"`
	// PublicBase is the base of the notify_url sent with pre-authorisations, as order-lifecycle's: {public_base}/v1/notify/wechat/
	// {account}. Empty leaves openings to the service_notify_url configured at WeChat, where those of faces go anyway.
	PublicBase string `yaml:"public_base"`
	// Consent are the waits of services without a face (wechat-protocol.md §5.5).
	Consent consent.Timers `yaml:"consent"`
	// CallTimeout bounds one APIv3 call to WeChat.
	CallTimeout time.Duration `yaml:"call_timeout"`
	// Limits hold these calls back: this replica's share of the rates in merchants.yaml, pauses after 429, and outages.
	Limits wechatpay.Limits `yaml:"limits"`
	// Claim is how long a replica keeps a consent or a termination to itself while it calls WeChat.
	Claim time.Duration `yaml:"claim"`
	// Errands is how many of these calls run at once, ErrandsPerMerchant how many of them for one merchant.
	Errands            int `yaml:"errands"`
	ErrandsPerMerchant int `yaml:"errands_per_merchant"`
	// Workers is how many events are handled at once, of one merchant at most half of what others leave; 32.
	Workers int `yaml:"workers"`
	// Requests bounds what requests may take.
	Requests service.RequestsConfig `yaml:"requests"`
}

// Default is what a file starts from; seal_keys and user_key_file have no default.
func Default() Config {
	return Config{
		SessionTTL:       10 * time.Minute,
		CredentialMargin: 300 * time.Second,
		WeChatTimeout:    4 * time.Second,
		SweepEvery:       time.Second,
		Consent:          consent.DefaultTimers(),
		CallTimeout:      3 * time.Second,
		Claim:            10 * time.Second,
		Errands:          64, ErrandsPerMerchant: 32,
		Workers:  32,
		Requests: service.RequestsConfig{Workers: 64, PerMerchant: 16, Deadline: 10 * time.Second},
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
	need("user_key_file", c.UserKeyFile != "", "must name the file of the secret")
	need("public_base", validBase(c.PublicBase), "must be empty, or a URL such as https://pay.example.com, without a slash at its end; http only for hosts that WeChat cannot reach")
	need("call_timeout", c.CallTimeout > 0, "must be more than 0")
	need("claim", c.Claim > 2*c.CallTimeout+c.Limits.Wait(c.CallTimeout), "must be more than twice call_timeout and limits.max_wait together")
	need("errands", c.Errands > 0, "must be more than 0")
	need("errands_per_merchant", c.ErrandsPerMerchant > 0 && c.ErrandsPerMerchant <= c.Errands, "must be more than 0 and at most errands")
	need("sweep_every", c.SweepEvery > 0, "must be more than 0")
	need("workers", c.Workers > 0, "must be more than 0")
	need("requests.workers", c.Requests.Workers > 0, "must be more than 0")
	need("requests.per_merchant", c.Requests.PerMerchant > 0 && c.Requests.PerMerchant <= c.Requests.Workers,
		"must be more than 0 and at most requests.workers")
	need("requests.deadline", c.Requests.Deadline > c.longestAsk(),
		"must be longer than all calls of WeChat for one request: twice wechat_timeout, or twice call_timeout, and a pause")
	broken = append(broken, c.Consent.Validate(), c.Limits.Validate())
	return errors.Join(broken...)
}

// longestAsk is how long WeChat may keep one request waiting.
func (c Config) longestAsk() time.Duration {
	return issuer.Tries*max(c.WeChatTimeout, c.CallTimeout) + (issuer.Tries-1)*issuer.Pause
}
