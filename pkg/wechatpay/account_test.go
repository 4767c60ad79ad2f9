package wechatpay_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/goccy/go-yaml"
)

func TestLoadAccountOpensOnlyWhatThePurposeNeeds(t *testing.T) {
	full := wechattest.Account(t, "")
	for name, c := range map[string]struct {
		purpose wechatpay.Purpose
		spare   func(*merchant.WeChatAccount)
	}{
		"receiving needs no private key and no APIv2 key": {wechatpay.ToReceive, func(w *merchant.WeChatAccount) {
			w.PrivateKeyFile, w.APIv2KeyFile, w.MerchantSerial = "", "", ""
		}},
		"calling with a public key needs no APIv3 key": {wechatpay.ToCall, func(w *merchant.WeChatAccount) { w.APIv3KeyFile, w.APIv2KeyFile = "", "" }},
		"v2 signing needs the APIv2 key only": {wechatpay.ToSignV2, func(w *merchant.WeChatAccount) {
			w.PrivateKeyFile, w.APIv3KeyFile, w.MerchantSerial, w.PublicKeys = "", "", "", nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := *full.WeChat
			c.spare(&w)
			if _, err := wechatpay.LoadAccount(merchant.Account{ID: "a", WeChat: &w}, c.purpose); err != nil {
				t.Error(err)
			}
			if _, err := wechatpay.LoadAccount(merchant.Account{ID: "a", WeChat: &w}); err == nil {
				t.Error("without a purpose everything is needed")
			}
		})
	}
}

func TestReceivingByPlatformCertificatesNeedsTheKeysToDownloadThem(t *testing.T) {
	a := wechattest.Account(t, "")
	a.WeChat.PlatformCertificates, a.WeChat.PrivateKeyFile = true, ""
	_, err := wechatpay.LoadAccount(a, wechatpay.ToReceive)
	if err == nil || !strings.Contains(err.Error(), "accounts[wx-main].wechat.private_key_file") {
		t.Error(err)
	}
}

func TestLoadAccountNamesAccountFieldAndRuleAndNeverTheContent(t *testing.T) {
	const leak = "LEAKED-SECRET"
	dir := t.TempDir()
	file := func(name, content string) string { return wechattest.Write(t, dir, name, content) }
	for name, c := range map[string]struct {
		spoil func(*merchant.WeChatAccount)
		field string
		code  string
	}{
		"short APIv2 key":    {func(w *merchant.WeChatAccount) { w.APIv2KeyFile = file("a", leak) }, "apiv2_key_file", "key_length"},
		"blank in APIv2 key": {func(w *merchant.WeChatAccount) { w.APIv2KeyFile = file("b", leak+"                   ") }, "apiv2_key_file", "key_length"},
		"long APIv3 key":     {func(w *merchant.WeChatAccount) { w.APIv3KeyFile = file("c", strings.Repeat(leak, 3)) }, "apiv3_key_file", "key_length"},
		"key is no PEM":      {func(w *merchant.WeChatAccount) { w.PrivateKeyFile = file("d", leak) }, "private_key_file", "key_pem"},
		"RSA of 1024":        {func(w *merchant.WeChatAccount) { w.PrivateKeyFile = file("e", weakKey(t)) }, "private_key_file", "key_bits"},
		"missing file":       {func(w *merchant.WeChatAccount) { w.PrivateKeyFile = dir + "/nowhere" }, "private_key_file", "key_file_missing"},
		"a folder":           {func(w *merchant.WeChatAccount) { w.PrivateKeyFile = dir }, "private_key_file", "key_file_unreadable"},
		"file not named":     {func(w *merchant.WeChatAccount) { w.APIv2KeyFile = "" }, "apiv2_key_file", "key_file_missing"},
		"public key id":      {func(w *merchant.WeChatAccount) { w.PublicKeys[0].ID = wechattest.MerchantSerial }, "public_keys[0].id", "key_id_prefix"},
		"public key no PEM":  {func(w *merchant.WeChatAccount) { w.PublicKeys[0].File = file("f", leak) }, "public_keys[0].file", "key_pem"},
		"nothing to verify":  {func(w *merchant.WeChatAccount) { w.PublicKeys = nil }, "public_keys", "no_verifying_key"},
		"serial not hex":     {func(w *merchant.WeChatAccount) { w.MerchantSerial = "123" }, "merchant_serial", "serial_form"},
		"mchid with letters": {func(w *merchant.WeChatAccount) { w.MchID = "19000001x9" }, "mchid", "mchid_form"},
	} {
		t.Run(name, func(t *testing.T) {
			a := wechattest.Account(t, "")
			c.spoil(a.WeChat)
			_, err := wechatpay.LoadAccount(a)
			if fault.CodeOf(err) != c.code || fault.ClassOf(err) != fault.Terminal {
				t.Errorf("%v, want %s", err, c.code)
			}
			if err == nil || !strings.Contains(err.Error(), "accounts[wx-main].wechat."+c.field) || strings.Contains(err.Error(), leak) {
				t.Errorf("the error does not name its field, or quotes the content: %v", err)
			}
		})
	}
}

func TestLoadAccountTellsEveryFaultAtOnce(t *testing.T) {
	a := wechattest.Account(t, "")
	a.WeChat.APIv2KeyFile, a.WeChat.APIv3KeyFile = "nowhere-v2", "nowhere-v3"
	_, err := wechatpay.LoadAccount(a)
	if err == nil || !strings.Contains(err.Error(), "nowhere-v2") || !strings.Contains(err.Error(), "nowhere-v3") {
		t.Error(err)
	}
	if _, err := wechatpay.LoadAccount(merchant.Account{ID: "hf"}); fault.CodeOf(err) != "not_wechat" {
		t.Error(err)
	}
}

func TestKeysNeverPrint(t *testing.T) {
	account, err := wechatpay.LoadAccount(wechattest.Account(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	pemFile, _ := os.ReadFile(wechattest.Account(t, "").WeChat.PrivateKeyFile)
	private, err := wechatpay.NewPrivateKey(string(pemFile))
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Public  wechatpay.APIv2Key
		private wechatpay.APIv2Key
		v3      wechatpay.APIv3Keys
		rsa     wechatpay.PrivateKey
	}
	h := holder{account.APIv2(), account.APIv2(), account.APIv3(), private}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		_, _ = fmt.Fprintf(&out, strings.Repeat(verb+"\n", 6), h.Public, h.v3, h.rsa, h, &h, account)
	}
	for _, encode := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
		for _, v := range []any{h, h.Public, h.v3, h.rsa, account} {
			text, err := encode(v)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(text)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", h.Public, "holder", h, "account", account)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", h.v3, "holder", h, "account", account)
	out.Write(log.Bytes())

	for _, secret := range []string{wechattest.APIv2Key, wechattest.APIv3Key, fmt.Sprintf("%x", wechattest.APIv2Key), fmt.Sprintf("%x", wechattest.APIv3Key),
		fmt.Sprint([]byte(wechattest.APIv2Key)), wechattest.MerchantKey(t).D.String()[:40], fmt.Sprintf("%x", wechattest.MerchantKey(t).D)[:40]} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("a secret was printed: %.20s…", secret)
		}
	}
	if !strings.Contains(out.String(), "***") {
		t.Error("keys should print as ***")
	}
}

func weakKey(t *testing.T) string {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
