package sandbox

import (
	"os"
	"path/filepath"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/service/strictyaml"
	"github.com/facepay-go/facepay/services/sandbox/account"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// configFile is the YAML form of Config: keys are files, relative to the file itself. Fields mean what they mean there.
type configFile struct {
	Listen           string         `yaml:"listen"`
	ControlListen    string         `yaml:"control_listen"`
	Strict           bool           `yaml:"strict"`
	ThreeByteText    bool           `yaml:"three_byte_text"`
	NoUserLimits     bool           `yaml:"no_user_limits"`
	DeductAfter      time.Duration  `yaml:"deduct_after"`
	DeductAgainAfter time.Duration  `yaml:"deduct_again_after"`
	AuthinfoLasts    time.Duration  `yaml:"authinfo_lasts"`
	RefundAfter      time.Duration  `yaml:"refund_after"`
	Merchants        []merchantFile `yaml:"merchants"`
	Faults           []plan.Rule    `yaml:"faults"`
	Scenarios        []string       `yaml:"scenarios"`
}

type merchantFile struct {
	MchID  string   `yaml:"mchid"`
	AppIDs []string `yaml:"appids"`
	// DevKeys is a folder of development keys, made when it is not there; it replaces all the *_file fields.
	DevKeys                 string        `yaml:"dev_keys"`
	MerchantSerial          string        `yaml:"merchant_serial"`
	MerchantPublicKeyFile   string        `yaml:"merchant_public_key_file"`
	APIv2KeyFile            string        `yaml:"apiv2_key_file"`
	APIv3KeyFile            string        `yaml:"apiv3_key_file"`
	KeyMode                 KeyMode       `yaml:"key_mode"`
	PlatformCertificateFile string        `yaml:"platform_certificate_file"`
	PlatformKeyFile         string        `yaml:"platform_key_file"`
	PublicKeyID             string        `yaml:"public_key_id"`
	PublicKeyPrivateFile    string        `yaml:"public_key_private_file"`
	CallbackShare           int           `yaml:"callback_public_key_percent"`
	RefundNotifyURL         string        `yaml:"refund_notify_url"`
	FeeRate                 string        `yaml:"fee_rate"`
	Services                []serviceFile `yaml:"services"`
	SubMerchants            []struct {
		MchID        string   `yaml:"sub_mchid"`
		AppIDs       []string `yaml:"sub_appids"`
		Unauthorized bool     `yaml:"unauthorized"`
	} `yaml:"sub_merchants"`
}

type serviceFile struct {
	ID                        string           `yaml:"id"`
	Confirm                   bool             `yaml:"confirm"`
	RiskMode                  account.RiskMode `yaml:"risk_mode"`
	RiskNames                 []string         `yaml:"risk_names"`
	Cap                       money.Fen        `yaml:"cap_fen"`
	SmartRetail               bool             `yaml:"smart_retail"`
	NotifyURL                 string           `yaml:"service_notify_url"`
	RefuseCancelAfterComplete bool             `yaml:"refuse_cancel_after_complete"`
}

// LoadConfig reads a YAML file strictly; unknown fields are errors. now dates development keys that have to be made.
// Errors are of class Terminal.
func LoadConfig(path string, now time.Time) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fault.Wrap(err, fault.Terminal, "config_file", "reading the configuration")
	}
	var f configFile
	if err := strictyaml.Decode(text, path, &f); err != nil {
		return Config{}, err
	}
	c := Config{Listen: f.Listen, ControlListen: f.ControlListen, Strict: f.Strict, ThreeByteText: f.ThreeByteText, NoUserLimits: f.NoUserLimits, DeductAfter: f.DeductAfter,
		DeductAgainAfter: f.DeductAgainAfter, AuthinfoLasts: f.AuthinfoLasts, RefundAfter: f.RefundAfter, Faults: f.Faults, Scenarios: f.Scenarios}
	for _, m := range f.Merchants {
		merchant, err := m.load(filepath.Dir(path), now)
		if err != nil {
			return Config{}, err
		}
		c.Merchants = append(c.Merchants, merchant)
	}
	return c, nil
}

func (f merchantFile) load(dir string, now time.Time) (Merchant, error) {
	m := Merchant{MchID: f.MchID, AppIDs: f.AppIDs, Serial: f.MerchantSerial, PublicKeyID: f.PublicKeyID}
	if f.DevKeys != "" {
		keys, err := OpenDevKeys(within(dir, f.DevKeys), now)
		if err != nil {
			return Merchant{}, err
		}
		m = keys.Merchant(f.MchID, f.AppIDs...)
	} else if err := f.loadKeys(dir, &m); err != nil {
		return Merchant{}, err
	}
	if f.KeyMode != "" {
		m.KeyMode = f.KeyMode
	}
	m.CallbackShare, m.RefundNotifyURL, m.FeeRate = f.CallbackShare, f.RefundNotifyURL, f.FeeRate
	for _, s := range f.Services {
		m.Services = append(m.Services, Service(s))
	}
	for _, s := range f.SubMerchants {
		m.SubMerchants = append(m.SubMerchants, SubMerchant(s))
	}
	return m, nil
}

func (f merchantFile) loadKeys(dir string, m *Merchant) error {
	read := fileReader{dir: dir}
	m.PublicKey = parsed(&read, f.MerchantPublicKeyFile, signing.ParsePublicKey)
	m.APIv2Key, m.APIv3Key = account.Secret(read.text(f.APIv2KeyFile)), account.Secret(read.text(f.APIv3KeyFile))
	if f.PlatformCertificateFile != "" {
		m.Certificate = parsed(&read, f.PlatformCertificateFile, signing.ParseCertificate)
		m.CertificateKey = parsed(&read, f.PlatformKeyFile, signing.ParsePrivateKey)
	}
	if f.PublicKeyPrivateFile != "" {
		m.PublicKeyPrivate = parsed(&read, f.PublicKeyPrivateFile, signing.ParsePrivateKey)
	}
	return read.err
}

func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
