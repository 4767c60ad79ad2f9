package merchant

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
)

// broken gives field and code of every rule that text breaks.
func broken(t *testing.T, text string) []string {
	t.Helper()
	_, err := Parse([]byte(text), ".")
	if err == nil {
		return nil
	}
	joined, ok := errors.Unwrap(err).(interface{ Unwrap() []error })
	if !ok {
		return []string{err.Error()}
	}
	var found []string
	for _, e := range joined.Unwrap() {
		rule, ok := errors.AsType[*fault.Error](e)
		if !ok || rule.Class != fault.Terminal {
			t.Errorf("%v is not a terminal fault", e)
			continue
		}
		found = append(found, rule.Field+" "+rule.Code)
	}
	return found
}

func TestEveryRuleNamesItsField(t *testing.T) {
	valid, err := os.ReadFile("testdata/merchants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ old, new, want string }{
		{"id: wx-direct\n", "id: WX\n", "accounts[0].id id, merchants[0].wechat.account account_unknown"},
		{"id: wx-partner\n", "id: wx-direct\n", "accounts[1].id id_twice, merchants[1].wechat.account account_unknown, merchants[2].wechat.account account_unknown"},
		{"mchid: 1900000109", "mchid: 1900", "accounts[0].wechat.mchid mchid"},
		{"mchid: 1900000109", "mchid: 19000001091", "accounts[0].wechat.mchid mchid"},
		{`mchid: "1230000109"`, "mchid: 1900000109", "accounts[1].wechat.mchid mchid_twice"},
		{"5157F09E", "5157G09E", "accounts[0].wechat.merchant_serial serial"},
		{"      private_key_file: keys/direct.pem\n", "", "accounts[0].wechat.private_key_file empty"},
		{"      apiv2_key_file: keys/direct.v2\n", "", "accounts[0].wechat.apiv2_key_file empty"},
		{"      apiv3_key_file: /etc/facepay/direct.v3\n", "", "accounts[0].wechat.apiv3_key_file empty"},
		{"      platform_certificates: true\n", "", "accounts[1].wechat.public_keys no_verification_key"},
		{"id: PUB_KEY_ID_0119000001092024", "id: 0119-2024", "accounts[0].wechat.public_keys[0].id public_key_id"},
		{"file: keys/wechatpay.pem", `file: ""`, "accounts[0].wechat.public_keys[0].file empty"},
		{"merchant_serial: 5157F09EFDC096DE15EBE81A47057A7232F1B8E1", "certificate_file: keys/cert.pem", ""},
		{"      merchant_serial: 5157F09EFDC096DE15EBE81A47057A7232F1B8E1\n", "", "accounts[0].wechat.merchant_serial serial"},
		{"platform_certificates: true", "platform_certificates: true\n      answers_signed_by: certificate", ""},
		{"api_url: http", "answers_signed_by: certificate\n      api_url: http", "accounts[0].wechat.answers_signed_by answers_signed_by"},
		{"api_url: http", "answers_signed_by: seal\n      api_url: http", "accounts[0].wechat.answers_signed_by answers_signed_by"},
		{"per_second: 20,", "per_second: 0,", "accounts[0].wechat.rates[0].per_second rate"},
		{"per_second: 20,", "per_second: .nan,", "accounts[0].wechat.rates[0].per_second rate"},
		{"burst: 10", "burst: -1", "accounts[0].wechat.rates[0].burst burst"},
		{"{per_second: 0.5}", "{operation: create_order, per_second: 1}", "accounts[0].wechat.rates[1].operation rate_twice"},
		{"http://127.0.0.1:8080/wechat", "http://wechat.example.com", "accounts[0].wechat.api_url url"},
		{"http://127.0.0.1:8080/wechat", "https://user:pass@wechat.example.com", "accounts[0].wechat.api_url url"},
		{"http://127.0.0.1:8080/wechat", "https://wechat.example.com?a=b", "accounts[0].wechat.api_url url"},
		{"http://127.0.0.1:8080/wechat", "wechat.example.com", "accounts[0].wechat.api_url url"},
		{"api_url: http://127.0.0.1:8080/wechat", "face_url: ftp://127.0.0.1", "accounts[0].wechat.face_url url"},
		{"id: powerbank", "id: power.bank", "merchants[0].id id"},
		{"id: locker-2", "id: locker-1", "merchants[2].id id_twice"},
		{"appid: wx8888888888888888", "appid: w8888888888888888", "merchants[0].wechat.appid appid"},
		{"sub_appid: wx7777777777777777", "sub_appid: wx-7", "merchants[1].wechat.sub_appid appid"},
		{"account: wx-direct", "account: wx-nobody", "merchants[0].wechat.account account_unknown"},
		{"sub_mchid: 1900000301", `sub_mchid: ""`, "merchants[1].wechat.sub_mchid mchid"},
		{"sub_mchid: 1900000302", "sub_mchid: 1900000301", "merchants[2].wechat.sub_mchid sub_mchid_twice"},
		{"ask_unionid: true", "sub_mchid: 1900000301", "merchants[0].wechat.sub_mchid direct_account"},
		{"ask_unionid: true", "sub_appid: wx7777777777777777", "merchants[0].wechat.sub_appid direct_account"},
		{"id: 500001", `id: "50 01"`, "merchants[0].wechat.services[0].id service_id"},
		{`id: "00002000000000161234567890123456"`, "id: 500001", "merchants[0].wechat.services[1].id service_twice"},
		{"cap_fen: 10000", "cap_fen: 0", "merchants[0].wechat.services[0].cap_fen cap"},
		{"cap_fen: 9900", "cap_fen: -1", "merchants[0].wechat.services[1].cap_fen cap"},
		{"risk_mode: deposit", "risk_mode: maybe", "merchants[0].wechat.services[1].risk_mode risk_mode"},
		{"cap_fen: 9900", "cap_fen: 9900, long_service: -1h", "merchants[0].wechat.services[1].long_service long_service"},
		{"start_time: explicit", "start_time: noon", "merchants[0].wechat.services[1].start_time start_time"},
	}
	for _, tt := range tests {
		if !strings.Contains(string(valid), tt.old) {
			t.Fatalf("the test data has no %q", tt.old)
		}
		got := broken(t, strings.Replace(string(valid), tt.old, tt.new, 1))
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%q → %q: got %q, want %q", tt.old, tt.new, got, tt.want)
		}
	}
}

func TestADirectAccountServesOneMerchant(t *testing.T) {
	valid, err := os.ReadFile("testdata/merchants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(valid), "      account: wx-partner\n      appid: wx9999999999999999\n      sub_mchid: 1900000302", "      account: wx-direct\n      appid: wx9999999999999999", 1)
	if got := broken(t, text); !slices.Equal(got, []string{"merchants[2].wechat.account account_twice"}) {
		t.Errorf("got %q", got)
	}
}

func TestAllProblemsAreToldAtOnce(t *testing.T) {
	got := broken(t, "accounts:\n  - id: A\nmerchants:\n  - id: B\n    wechat: {account: none, appid: x, services: []}\n")
	want := []string{
		"accounts[0].id id", "accounts[0].wechat empty", "merchants[0].id id", "merchants[0].wechat.appid appid",
		"merchants[0].wechat.account account_unknown", "merchants[0].wechat.services empty",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestAMisspelledFieldIsNotIgnored(t *testing.T) {
	valid, err := os.ReadFile("testdata/merchants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Parse([]byte(strings.Replace(string(valid), "cap_fen: 10000", "cap: 10000", 1)), ".")
	if err == nil || !strings.Contains(err.Error(), `merchants.yaml:34:11: unknown field "cap"`) {
		t.Errorf("got %v", err)
	}
}
