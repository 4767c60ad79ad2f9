package secrets_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/services/standalone/secrets"
)

const openid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"

func TestASecretIsFoundInEveryFormAndPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[0-9A-Za-z_+/=<&-]{12,80}`).Draw(t, "value")
		before := rapid.StringMatching(`[a-z ]{0,7}`).Draw(t, "before")
		after := rapid.StringMatching(`[a-z ]{0,7}`).Draw(t, "after")
		var u secrets.Used
		u.Add("kind", value)
		plain := before + value + after
		quoted, err := json.Marshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		for form, text := range map[string]string{
			"plain": plain, "json": string(quoted), "url": before + url.QueryEscape(value) + after,
			"hex": hex.EncodeToString([]byte(plain)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(plain))),
			"base64": base64.StdEncoding.EncodeToString([]byte(plain)), "base64url": base64.URLEncoding.EncodeToString([]byte(plain)),
		} {
			if got := u.In(text); !slices.Equal(got, []string{"kind"}) {
				t.Errorf("%s: found %v in %q", form, got, text)
			}
		}
	})
}

func TestNothingIsFoundWhereNothingIsWrong(t *testing.T) {
	var u secrets.Used
	if len(u.In("anything")) != 0 {
		t.Error("found without a secret")
	}
	u.Add(secrets.OpenID, openid)
	u.Add("short", "abc")
	u.Add("short", "")
	if u.Count() != 1 {
		t.Errorf("%d values", u.Count())
	}
	for _, text := range []string{"", "abc", openid[:len(openid)-1], strings.ToUpper(openid)} {
		if got := u.In(text); len(got) != 0 {
			t.Errorf("found %v in %q", got, text)
		}
	}
	if got := u.In(openid, secrets.OpenID); len(got) != 0 {
		t.Errorf("found %v though it was excepted", got)
	}
}

func TestTheKeysOfAFolderAreItsPrivateHalves(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("QUJD", 16)
	for name, text := range map[string]string{
		"apiv3_key.txt": "0123456789abcdef0123456789ABCDEF", "merchant_key.pem": "-----BEGIN PRIVATE KEY-----\n" + line + "\n-----END PRIVATE KEY-----\n",
		"ca.pem":              "-----BEGIN CERTIFICATE-----\n" + strings.Repeat("REVG", 16) + "\n-----END CERTIFICATE-----\n",
		"merchant_serial.txt": strings.Repeat("A", 40), "wechatpay_public_key_id.txt": "PUB_KEY_ID_0123456789012345678901234567",
	} {
		if err := os.WriteFile(filepath.Join(dir, "keys", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var u secrets.Used
	if err := u.AddKeys(dir); err != nil {
		t.Fatal(err)
	}
	if got := u.In("0123456789abcdef0123456789ABCDEF " + line); u.Count() != 2 || !slices.Equal(got, []string{"apiv3_key.txt", "merchant_key.pem"}) {
		t.Errorf("%d values, found %v", u.Count(), got)
	}
	if err := u.AddKeys(t.TempDir()); err == nil {
		t.Error("a folder without keys has none to search for, and says nothing")
	}
}
