package callbackingest

import (
	"errors"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
)

// Config is how the service behaves; where it finds broker, store and keys is its main's business. Start from Default.
type Config struct {
	// Listen is host:port of the door. TLS ends in front of it; the route passes body and headers on unchanged.
	Listen string `yaml:"listen"`
	// ReadWithin is how long a request may take to arrive, body included.
	ReadWithin time.Duration `yaml:"read_within"`
	// StoreWithin is how long an answer waits for the store before it is 503. WeChat gives up after 5 s
	// (wechat-protocol.md §7.5); our own promise is one second for the whole answer.
	StoreWithin time.Duration `yaml:"store_within"`
	// MaxInFlight is how many bytes the bodies of requests may hold together; more are answered 503.
	MaxInFlight int64 `yaml:"max_in_flight"`
	// MaxConnections is how many connections are open at a time, each some 32 KiB; more wait until one ends.
	MaxConnections int `yaml:"max_connections"`
	// ConnectionsPerSource is how many of them one address (of IPv6: one /64 network) may have; more are closed at once.
	// Behind one proxy everything has one source: the proxy then keeps the shares of its clients.
	ConnectionsPerSource int `yaml:"connections_per_source"`
	// CommitMost is how many notices one write stores at most.
	CommitMost int `yaml:"commit_most"`
	// SweepEvery is the time between two looks at what still waits to be published.
	SweepEvery time.Duration `yaml:"sweep_every"`
	// AdoptEvery is the time between two tries to route the notices that fitted no merchant.
	AdoptEvery time.Duration `yaml:"adopt_every"`
	// Settled is how old a waiting notice is before the sweep takes it: younger ones are on their way.
	Settled time.Duration `yaml:"settled"`
	// GiveWay is how old a notice becomes at most while publishing waits for a busy door; 0: publishing never waits.
	GiveWay time.Duration `yaml:"give_way"`
	// KeepDays is how many days a notice is kept, 400 by default: longer than a refund is possible (365 days).
	KeepDays int `yaml:"keep_days"`
	// WeChatTimeout bounds one download of platform certificates.
	WeChatTimeout time.Duration `yaml:"wechat_timeout"`
	// UserKeyFile holds the secret, 32 to 1024 bytes, by which users are named in events: user_key is the HMAC of the
	// openid. All services have the same one; a new one gives every user another name.
	UserKeyFile string `yaml:"user_key_file"`
	// Requests bounds what requests may take.
	Requests service.RequestsConfig `yaml:"requests"`
}

// Default is the configuration of production; the file must add user_key_file.
func Default() Config {
	return Config{
		Listen:               "0.0.0.0:8081",
		ReadWithin:           3 * time.Second,
		StoreWithin:          800 * time.Millisecond,
		MaxInFlight:          64 << 20,
		MaxConnections:       4096,
		ConnectionsPerSource: 1024,
		CommitMost:           256,
		SweepEvery:           2 * time.Second,
		AdoptEvery:           time.Minute,
		Settled:              5 * time.Second,
		GiveWay:              250 * time.Millisecond,
		KeepDays:             400,
		WeChatTimeout:        10 * time.Second,
		Requests:             service.RequestsConfig{Workers: 16, PerMerchant: 8, Deadline: 10 * time.Second},
	}
}

// mostCommit: the store writes many in one statement, and one group is held in memory.
const mostCommit = 1000

// Validate refuses what cannot work. It joins one Terminal error per broken rule, naming the field.
func (c Config) Validate() error {
	var broken []error
	need := func(field string, holds bool, rule string) {
		if !holds {
			broken = append(broken, fault.Invalid(field, "config_rule", "%s", rule))
		}
	}
	need("listen", c.Listen != "", "must be host:port")
	need("read_within", c.ReadWithin > 0, "must be more than 0")
	need("store_within", c.StoreWithin > 0 && c.StoreWithin < time.Second, "must be more than 0 and less than 1s, the promise of the whole answer")
	need("max_in_flight", c.MaxInFlight >= 2<<20, "must have room for one notification of 1 MiB: at least 2097152")
	need("max_connections", c.MaxConnections > 0, "must be more than 0")
	need("connections_per_source", c.ConnectionsPerSource > 0 && c.ConnectionsPerSource <= c.MaxConnections, "must be 1 to max_connections")
	need("commit_most", c.CommitMost > 0 && c.CommitMost <= mostCommit, "must be 1 to 1000")
	need("sweep_every", c.SweepEvery > 0, "must be more than 0")
	need("adopt_every", c.AdoptEvery > 0, "must be more than 0")
	need("settled", c.Settled >= 0, "must not be negative")
	need("give_way", c.GiveWay >= 0 && c.GiveWay <= c.Settled, "must not be negative, nor more than settled: the sweep would come first")
	need("keep_days", c.KeepDays >= 30, "must be at least 30: streams are rebuilt from here")
	need("user_key_file", c.UserKeyFile != "", "must name the file of the secret")
	need("wechat_timeout", c.WeChatTimeout > 0, "must be more than 0")
	return errors.Join(broken...)
}
