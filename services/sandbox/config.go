package sandbox

import (
	"crypto/rsa"
	"crypto/x509"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/account"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/scenarios"
	"github.com/facepay-go/facepay/services/sandbox/signing"
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
	// NoUserLimits turns off the limits of 3 orders in service and 1 unpaid order per user (§6.2).
	NoUserLimits bool
	// DeductAfter is the time from completion to the first deduction, 2 s when 0; DeductAgainAfter between tries, 1 min
	// when 0. Both are on the sandbox's clock.
	DeductAfter, DeductAgainAfter time.Duration
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
	Services      []Service
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

// KeyMode is which of its key kinds WeChat uses for a merchant (wechat-protocol.md §1.3).
type KeyMode string

const (
	// CertificateMode: the platform certificate signs, as for older accounts. A public key that is there waits for the switch.
	CertificateMode KeyMode = "certificate"
	// PublicKeyMode: public key only, as new accounts; there is no certificate to download.
	PublicKeyMode KeyMode = "public_key"
	// BothMode: the seven-day switch is under way.
	BothMode KeyMode = "both"
)

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
	}{{&c.DeductAfter, 2 * time.Second}, {&c.DeductAgainAfter, time.Minute}, {&c.AuthinfoLasts, 2 * time.Hour}} {
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

var mchIDPattern = regexp.MustCompile(`^[0-9]{8,10}$`)

func (m Merchant) account() (*account.Merchant, error) {
	ring, err := m.ring()
	if err != nil {
		return nil, err
	}
	invalid := func(field, rule string) error {
		return fault.Invalid("merchants."+field, "merchant_invalid", "merchant %s: %s", m.MchID, rule)
	}
	switch {
	case !mchIDPattern.MatchString(m.MchID):
		return nil, invalid("mchid", "must be 8–10 digits")
	case len(m.AppIDs) == 0:
		return nil, invalid("appids", "needs at least one")
	case m.Serial == "" || m.PublicKey == nil:
		return nil, invalid("merchant_serial", "needs serial and public key of the merchant certificate")
	case len(m.APIv2Key) != 32:
		return nil, invalid("apiv2_key", "must have 32 characters")
	case len(m.APIv3Key) != 32 && len(m.APIv3Key) != 0:
		return nil, invalid("apiv3_key", "must have 32 bytes or be absent")
	}
	known := &account.Merchant{MchID: m.MchID, AppIDs: m.AppIDs, Serial: m.Serial, PublicKey: m.PublicKey, APIv2Key: m.APIv2Key, APIv3Key: m.APIv3Key, Ring: ring}
	for _, s := range m.Services {
		if s.RiskMode == "" {
			s.RiskMode = account.Refuse
		}
		if s.ID == "" || len(s.ID) > 32 || s.Cap <= 0 || s.RiskMode != account.Refuse && s.RiskMode != account.Deposit {
			return nil, invalid("services", "each needs an id of at most 32 characters, a positive cap, and risk_mode refuse or deposit")
		}
		if u, err := url.Parse(s.NotifyURL); err != nil || s.NotifyURL != "" && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return nil, invalid("services.service_notify_url", "must be an http or https URL, or absent")
		}
		allowed := account.RiskNames(s.Confirm)
		if len(s.RiskNames) == 0 {
			s.RiskNames = allowed
		}
		for _, name := range s.RiskNames {
			if !slices.Contains(allowed, name) {
				return nil, invalid("services.risk_names", "must be names that the service's mode may have")
			}
		}
		known.Services = append(known.Services, account.Service(s))
	}
	for _, s := range m.SubMerchants {
		if _, twice := known.SubMerchant(s.MchID); twice || !mchIDPattern.MatchString(s.MchID) {
			return nil, invalid("sub_merchants.sub_mchid", "each must be 8–10 digits, and there once")
		}
		known.SubMerchants = append(known.SubMerchants, account.SubMerchant(s))
	}
	return known, nil
}

// switchNotBegun is the share of an account in certificate mode: a public key it has signs nothing before the switch.
const switchNotBegun = -1

func (m Merchant) ring() (*signing.Ring, error) {
	share := 10 * m.CallbackShare // per mille
	switch m.KeyMode {
	case BothMode, PublicKeyMode:
		if share == 0 {
			share = 500
		}
	case CertificateMode:
		share = switchNotBegun
	default:
		return nil, fault.Invalid("merchants.key_mode", "key_mode", "must be certificate, public_key or both")
	}
	var certificate *signing.Certified
	if m.KeyMode != PublicKeyMode {
		if m.Certificate == nil || m.CertificateKey == nil {
			return nil, fault.Invalid("merchants.platform_certificate", "key_missing", "key mode %s needs a platform certificate and its key", m.KeyMode)
		}
		known := signing.NewCertified(m.Certificate, m.CertificateKey)
		certificate = &known
	}
	if m.KeyMode == CertificateMode && m.PublicKeyID == "" && m.PublicKeyPrivate == nil {
		return signing.NewRing(certificate, nil, share), nil
	}
	if !strings.HasPrefix(m.PublicKeyID, signing.PublicKeyPrefix) || m.PublicKeyID == signing.PublicKeyPrefix || m.PublicKeyPrivate == nil {
		return nil, fault.Invalid("merchants.public_key_id", "key_missing", "key mode %s needs a key whose id starts with %s", m.KeyMode, signing.PublicKeyPrefix)
	}
	return signing.NewRing(certificate, &signing.Key{Serial: m.PublicKeyID, Private: m.PublicKeyPrivate}, share), nil
}
