package sandbox_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox"
)

func TestTheFirstConfigurationWorksAndStaysAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sandbox.yaml")
	for range 2 {
		if err := sandbox.WriteFirstConfig(path); err != nil {
			t.Fatal(err)
		}
	}
	first, err := sandbox.LoadConfig(path, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	again, err := sandbox.LoadConfig(path, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	m := first.Merchants[0]
	if m.Serial != again.Merchants[0].Serial || m.KeyMode != sandbox.BothMode || m.Services[0].Cap != 20000 || first.DeductAfter != 2*time.Second {
		t.Errorf("%+v", m)
	}
	if _, err := sandbox.New(first, sandbox.Deps{}); err != nil {
		t.Error(err)
	}
}

func TestTheExampleWithEveryFieldIsValid(t *testing.T) {
	text, err := os.ReadFile("examples/sandbox.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sandbox.yaml") // its keys are made beside it
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := sandbox.LoadConfig(path, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.New(c, sandbox.Deps{}); err != nil || len(c.Faults) != 2 || c.DeductAgainAfter != time.Minute {
		t.Errorf("%+v %v", c.Faults, err)
	}
}

func TestKeysFromOtherFilesAreRead(t *testing.T) {
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sandbox.yaml")
	text := fmt.Sprintf(`merchants:
  - mchid: "1900000109"
    appids: [wx1]
    merchant_serial: %s
    merchant_public_key_file: %s/merchant_certificate.pem
    apiv2_key_file: %s/apiv2_key.txt
    apiv3_key_file: %s/apiv3_key.txt
    key_mode: public_key
    public_key_id: PUB_KEY_ID_1
    public_key_private_file: %s/wechatpay_private_key.pem
`, k.MerchantSerial, k.Dir, k.Dir, k.Dir, k.Dir)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := sandbox.LoadConfig(path, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.New(c, sandbox.Deps{}); err != nil {
		t.Error(err)
	}
}

func TestAConfigurationThatBreaksARuleNamesItsField(t *testing.T) {
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*sandbox.Config){
		"merchants":                      func(c *sandbox.Config) { c.Merchants = nil },
		"merchants.mchid":                func(c *sandbox.Config) { c.Merchants = append(c.Merchants, c.Merchants[0]) },
		"merchants.appids":               func(c *sandbox.Config) { c.Merchants[0].AppIDs = nil },
		"merchants.merchant_serial":      func(c *sandbox.Config) { c.Merchants[0].PublicKey = nil },
		"merchants.apiv2_key":            func(c *sandbox.Config) { c.Merchants[0].APIv2Key = "short" },
		"merchants.apiv3_key":            func(c *sandbox.Config) { c.Merchants[0].APIv3Key = "short" },
		"merchants.key_mode":             func(c *sandbox.Config) { c.Merchants[0].KeyMode = "x" },
		"merchants.platform_certificate": func(c *sandbox.Config) { c.Merchants[0].CertificateKey = nil },
		"merchants.public_key_id":        func(c *sandbox.Config) { c.Merchants[0].PublicKeyID = "ABC" },
		"merchants.refund_notify_url":    func(c *sandbox.Config) { c.Merchants[0].RefundNotifyURL = "pay.example.com/x" },
		"merchants.fee_rate":             func(c *sandbox.Config) { c.Merchants[0].FeeRate = "0.6" },
		"merchants.services.risk_names": func(c *sandbox.Config) {
			c.Merchants[0].Services = []sandbox.Service{{ID: "1", Cap: 1, RiskNames: []string{"DEPOSIT"}}}
		},
		"merchants.sub_merchants.sub_mchid": func(c *sandbox.Config) {
			c.Merchants[0].SubMerchants = []sandbox.SubMerchant{{MchID: "x"}}
		},
		"merchants.services": func(c *sandbox.Config) { c.Merchants[0].Services = []sandbox.Service{{ID: "1"}} },
	} {
		c := sandbox.Config{Merchants: []sandbox.Merchant{k.Merchant(mchID, appID)}}
		change(&c)
		_, err := sandbox.New(c, sandbox.Deps{})
		e, ok := err.(*fault.Error)
		if !ok || e.Class != fault.Terminal || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
		if err != nil && strings.Contains(err.Error(), "short") {
			t.Errorf("%s: the error shows the key", field)
		}
	}
}

func TestAnUnknownConfigurationFieldIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sandbox.yaml")
	if err := os.WriteFile(path, []byte("strikt: true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.LoadConfig(path, time.Now()); err == nil {
		t.Error("accepted")
	}
}

func TestKeysNeverPrint(t *testing.T) {
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	m := k.Merchant(mchID, appID)
	encoded, err := json.Marshal(m.APIv3Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(m.APIv2Key), fmt.Sprintf("%v %+v %#v %s %q", m.APIv3Key, m.APIv3Key, m.APIv3Key, m.APIv3Key, m.APIv3Key), string(encoded)} {
		if strings.Contains(text, m.APIv2Key.Reveal()) || strings.Contains(text, m.APIv3Key.Reveal()) {
			t.Errorf("%s", text)
		}
	}
}
