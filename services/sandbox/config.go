package sandbox

import (
	"crypto/rsa"
	"crypto/x509"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/account"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/scenarios"
)

// Config is everything the sandbox is told. LoadConfig reads it from a file; tests and standalone fill it in.
type Config struct {
	// Listen is the provider's address, 127.0.0.1:0 when empty: https://api.mch.weixin.qq.com and
	// https://payapp.weixin.qq.com in one.
	Listen string
	// ControlListen is the control API's address, 127.0.0.1:0 when empty. It is unsigned: keep it on loopback.
	ControlListen string
	// Strict enforces the whole notify_url rule of wechat-protocol.md §6.2: https, a path, no query.
	Strict bool
	// ThreeByteText refuses texts with characters that need 4 bytes in UTF-8, like emoji. Whether WeChat does is not
	// published; a copy of its rules allows three bytes.
	ThreeByteText bool
	// NoUserLimits turns off the limits of 3 orders in service and 1 unpaid order per user (§6.2).
	NoUserLimits bool
	// DeductAfter is the time from completion to the first deduction, 2 s when 0; DeductAgainAfter between tries, 1 min
	// when 0. Both are on the sandbox's clock.
	DeductAfter, DeductAgainAfter time.Duration
	// RefundAfter is the time from the acceptance of a refund to its end, 2 s when 0.
	RefundAfter time.Duration
	// AuthinfoLasts is expires_in of authinfo, 2 h when 0.
	AuthinfoLasts time.Duration
	// Merchants the provider knows. At least one.
	Merchants []Merchant
	// Faults in force from the start.
	Faults []plan.Rule
	// Scenarios are in force from the start, by name, each for its own prefix of numbers.
	Scenarios []string
	// ScenarioFiles are scenarios of one's own, in force from the start like those.
	ScenarioFiles []string
}

// Merchant is one merchant account at WeChat Pay.
type Merchant struct {
	// MchID is the merchant number, 8–10 digits; AppIDs are bound to it.
	MchID  string
	AppIDs []string
	// Serial and PublicKey are of the merchant API certificate: they verify what the merchant signs.
	Serial    string
	PublicKey *rsa.PublicKey
	// APIv2Key has 32 characters, APIv3Key 32 bytes; without APIv3Key no callbacks are sent.
	APIv2Key, APIv3Key account.Secret
	// KeyMode says what WeChat signs with; the keys it needs must be there.
	KeyMode KeyMode
	// Certificate and CertificateKey are the platform certificate (平台证书).
	Certificate    *x509.Certificate
	CertificateKey *rsa.PrivateKey
	// PublicKeyID and PublicKeyPrivate are the WeChat Pay public key (微信支付公钥) with its private half.
	PublicKeyID      string
	PublicKeyPrivate *rsa.PrivateKey
	// CallbackShare is how many percent of callbacks the public key signs in mode both, 50 when 0.
	CallbackShare int
	// RefundNotifyURL is where refunds without a notify_url of their own are told: the portal setting. Empty: nowhere.
	RefundNotifyURL string
	// FeeRate (费率) is what bills take, like "0.60%", which it is when empty.
	FeeRate  string
	Services []Service
	// SubMerchants make the merchant a partner (服务商): its services serve them over the partner's paths.
	SubMerchants []SubMerchant
}

// SubMerchant is a merchant (特约商户) whom a partner serves.
type SubMerchant struct {
	// MchID is the sub_mchid, 8–10 digits; AppIDs are the sub_appids bound to it, none if it has none.
	MchID  string
	AppIDs []string
	// Unauthorized: it has not authorised the partner, whose calls for it get NO_AUTH.
	Unauthorized bool
}

// Service is one PayScore service_id.
type Service struct {
	ID string
	// Confirm is true for a need-confirm (需确认) service: its orders wait for the user, whom the control API plays.
	Confirm bool
	// RiskMode is refuse when empty.
	RiskMode account.RiskMode
	// RiskNames are the risk_fund names allowed, all that the mode may have when empty.
	RiskNames []string
	// Cap is the risk amount cap, fen.
	Cap         money.Fen
	SmartRetail bool
	// NotifyURL is the service_notify_url for authorisation results of the face flow.
	NotifyURL string
	// RefuseCancelAfterComplete: see account.Service.
	RefuseCancelAfterComplete bool
}

// scenarios opens the library and gives the rules of the scenarios that are in force from the start.
func (c Config) scenarios() (*scenarios.Library, []plan.Rule, error) {
	library, err := scenarios.Open()
	if err != nil {
		return nil, nil, err
	}
	var rules []plan.Rule
	for _, path := range c.ScenarioFiles {
		s, err := library.Add(path)
		if err != nil {
			return nil, nil, err
		}
		rules = append(rules, s.Rules("")...)
	}
	for _, name := range c.Scenarios {
		s, err := library.Get(name)
		if err != nil {
			return nil, nil, fault.Invalid("scenarios", "scenario_unknown", "no scenario %q", name)
		}
		rules = append(rules, s.Rules("")...)
	}
	return library, rules, nil
}

func (c Config) withDefaults() Config {
	for _, address := range []*string{&c.Listen, &c.ControlListen} {
		if *address == "" {
			*address = "127.0.0.1:0"
		}
	}
	for _, d := range []struct {
		to    *time.Duration
		usual time.Duration
	}{{&c.DeductAfter, 2 * time.Second}, {&c.DeductAgainAfter, time.Minute}, {&c.AuthinfoLasts, 2 * time.Hour}, {&c.RefundAfter, 2 * time.Second}} {
		if *d.to == 0 {
			*d.to = d.usual
		}
	}
	return c
}

// directory checks the merchants and makes what the provider works with. Errors are of class Terminal and name the field.
func (c Config) directory() (account.Directory, error) {
	if len(c.Merchants) == 0 {
		return nil, fault.Invalid("merchants", "merchants_missing", "need at least one")
	}
	directory := account.Directory{}
	for _, m := range c.Merchants {
		if directory[m.MchID] != nil {
			return nil, fault.Invalid("merchants.mchid", "mchid_twice", "%s is there twice", m.MchID)
		}
		known, err := m.account()
		if err != nil {
			return nil, err
		}
		directory[m.MchID] = known
	}
	return directory, nil
}
