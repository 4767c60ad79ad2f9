package merchant

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/fault"
)

func TestLoadFillsDefaultsAndResolvesKeyFilesAgainstTheFilesFolder(t *testing.T) {
	book, err := Load("testdata/merchants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	direct, _ := book.Account("wx-direct")
	wantDirect := &Account{ID: "wx-direct", WeChat: &WeChatAccount{
		MchID: "1900000109", MerchantSerial: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
		PrivateKeyFile: "testdata/keys/direct.pem", APIv2KeyFile: "testdata/keys/direct.v2", APIv3KeyFile: "/etc/facepay/direct.v3",
		PublicKeys: []PublicKey{{ID: "PUB_KEY_ID_0119000001092024", File: "testdata/keys/wechatpay.pem"}}, AnswersSignedBy: ByPublicKey,
		Rates:  []Rate{{Operation: "create_order", PerSecond: 20, Burst: 10}, {PerSecond: 0.5}},
		APIURL: "http://127.0.0.1:8080/wechat", FaceURL: "https://payapp.weixin.qq.com",
	}}
	if diff := cmp.Diff(wantDirect, direct); diff != "" {
		t.Error(diff)
	}
	powerbank, _ := book.Merchant("powerbank")
	wantServices := []PayScoreService{
		{ID: "500001", RiskMode: Refuse, Cap: 10000, StartTime: OnAccept},
		{ID: "00002000000000161234567890123456", Confirm: true, RiskMode: Deposit, Cap: 9900, StartTime: Explicit, SmartRetail: true},
	}
	if diff := cmp.Diff(wantServices, powerbank.WeChat.Services); diff != "" {
		t.Error(diff)
	}
}

func TestEveryNotificationLeadsToItsMerchant(t *testing.T) {
	book, err := Load("testdata/merchants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ account, subMchID, want string }{
		{"wx-direct", "", "powerbank"},
		{"wx-partner", "1900000301", "locker-1"},
		{"wx-partner", "1900000302", "locker-2"},
		{"wx-partner", "", ""},
		{"wx-partner", "1900000303", ""},
		{"wx-direct", "1900000301", ""},
		{"nobody", "", ""},
	}
	for _, tt := range tests {
		m, ok := book.ByNotification(tt.account, tt.subMchID)
		if ok != (tt.want != "") || ok && m.ID != tt.want {
			t.Errorf("ByNotification(%q, %q) = %v, want %q", tt.account, tt.subMchID, m, tt.want)
		}
	}
}

func TestLookupsFindWhatIsThereAndNothingElse(t *testing.T) {
	book, err := Load("testdata/merchants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := book.Service("locker-2", "500002"); !ok || s.Cap != 5000 {
		t.Errorf("Service(locker-2, 500002) = %v, %v", s, ok)
	}
	for _, miss := range [][2]string{{"locker-2", "500001"}, {"nobody", "500002"}} {
		if s, ok := book.Service(miss[0], miss[1]); ok {
			t.Errorf("Service(%v) = %v", miss, s)
		}
	}
	if a, ok := book.AccountOf("locker-1"); !ok || a.ID != "wx-partner" {
		t.Errorf("AccountOf(locker-1) = %v, %v", a, ok)
	}
	if a, ok := book.AccountOf("nobody"); ok {
		t.Errorf("AccountOf(nobody) = %v", a)
	}
	if len(book.Accounts()) != 2 || len(book.Merchants()) != 3 {
		t.Errorf("%d accounts, %d merchants", len(book.Accounts()), len(book.Merchants()))
	}
}

func TestParseIsLoadOfATextInAFolder(t *testing.T) {
	text, err := os.ReadFile("testdata/merchants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := Parse(text, "/srv/conf")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := book.Account("wx-partner")
	if got := a.WeChat.PrivateKeyFile; got != "/srv/conf/keys/partner.pem" {
		t.Errorf("the key file is %s", got)
	}
}

func TestLoadSaysWhichFileItCannotRead(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "absent.yaml"))
	if !fault.Is(err, fault.Terminal) || fault.CodeOf(err) != "merchants_unreadable" {
		t.Errorf("got %v", err)
	}
}

func FuzzParseNeverPanicsAndItsBookIsWhole(f *testing.F) {
	text, err := os.ReadFile("testdata/merchants.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		book, err := Parse(text, "/conf")
		if err != nil {
			return
		}
		for _, m := range book.Merchants() {
			account, ok := book.AccountOf(m.ID)
			if !ok || account.WeChat == nil {
				t.Fatalf("merchant %s has no account", m.ID)
			}
			if back, ok := book.ByNotification(account.ID, m.WeChat.SubMchID); !ok || back.ID != m.ID {
				t.Fatalf("a notification of %s leads to %v", m.ID, back)
			}
		}
	})
}
