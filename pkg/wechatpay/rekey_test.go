package wechatpay_test

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
)

// kept is an account whose files change.
type kept struct {
	fixture
	t          *testing.T
	configured merchant.Account
	clock      *wechattest.Clock
	server     *wechattest.Server
}

func keep(t *testing.T, change func(*merchant.WeChatAccount)) *kept {
	k := &kept{t: t, clock: wechattest.At(wechattest.Start)}
	k.server = wechattest.Serve(t, k.clock, func(wechattest.Got) wechattest.Reply { return wechattest.Reply{Body: `{}`} })
	k.configured = wechattest.Account(t, k.server.URL)
	change(k.configured.WeChat)
	account, err := wechatpay.LoadAccount(k.configured)
	if err != nil {
		t.Fatal(err)
	}
	k.fixture = withAccount(t, k.clock, account)
	return k
}

func (k *kept) write(path, content string) {
	k.t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kept) read(path string) string {
	k.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		k.t.Fatal(err)
	}
	return string(content)
}

// works makes a call with the keys in use; WeChat holds each serial against its own key.
func (k *kept) works(serial string) {
	k.t.Helper()
	if a := k.client.Get(k.t.Context(), queryPath); a.Outcome != wechatpay.Yes {
		k.t.Error(a)
	}
	sent := k.server.Got()
	got, err := wechattest.CheckAuthorizationBy(sent[len(sent)-1], merchantKeys(k.t))
	if err != nil || got != serial {
		k.t.Errorf("signed as %s, want %s: %v", got, serial, err)
	}
	if _, err := k.account.APIv3().Open("123456789012", "a", wechattest.Seal(k.t, "123456789012", "a", "x")); err != nil {
		k.t.Errorf("the APIv3 key in use is gone: %v", err)
	}
}

func TestFilesThatDoNotHoldChangeNothingAndAreToldUntilMended(t *testing.T) {
	newKey := wechattest.PrivatePEM(t, wechattest.KeyB(t))
	for name, c := range map[string]struct {
		spoil func(*kept, *merchant.WeChatAccount)
		code  string
	}{
		"half a private key":   {func(k *kept, w *merchant.WeChatAccount) { k.write(w.PrivateKeyFile, newKey[:len(newKey)/2]) }, "key_pem"},
		"an empty private key": {func(k *kept, w *merchant.WeChatAccount) { k.write(w.PrivateKeyFile, "") }, "key_pem"},
		"no private key":       {func(k *kept, w *merchant.WeChatAccount) { _ = os.Remove(w.PrivateKeyFile) }, "key_file_missing"},
		"half an APIv3 key":    {func(k *kept, w *merchant.WeChatAccount) { k.write(w.APIv3KeyFile, newAPIv3[:16]) }, "key_length"},
		"half a second APIv3": {func(k *kept, w *merchant.WeChatAccount) {
			k.write(w.APIv3KeyFile, newAPIv3+"\n"+wechattest.APIv3Key[:9])
		}, "key_length"},
		"five APIv3 keys": {func(k *kept, w *merchant.WeChatAccount) { k.write(w.APIv3KeyFile, strings.Repeat(newAPIv3+"\n", 5)) }, "key_many"},
		"half a public key": {func(k *kept, w *merchant.WeChatAccount) {
			k.write(w.PublicKeys[0].File, "-----BEGIN PUBLIC KEY-----\nMIIB")
		}, "key_pem"},
		"half an APIv2 key":     {func(k *kept, w *merchant.WeChatAccount) { k.write(w.APIv2KeyFile, "half") }, "key_length"},
		"a new key, old serial": {func(k *kept, w *merchant.WeChatAccount) { k.write(w.PrivateKeyFile, newKey) }, "pair_half_changed"},
		"a new serial, old key": {func(k *kept, w *merchant.WeChatAccount) { w.MerchantSerial = newSerial }, "pair_half_changed"},
		"nothing to verify by":  {func(k *kept, w *merchant.WeChatAccount) { w.PublicKeys = nil }, "no_verifying_key"},
	} {
		t.Run(name, func(t *testing.T) {
			k := keep(t, func(*merchant.WeChatAccount) {})
			whole := *k.configured.WeChat
			files := map[string]string{}
			for _, path := range []string{whole.PrivateKeyFile, whole.APIv2KeyFile, whole.APIv3KeyFile, whole.PublicKeys[0].File} {
				files[path] = k.read(path)
			}
			c.spoil(k, k.configured.WeChat)
			for range 2 { // the trouble lasts as long as its cause
				if changed, err := k.account.Rekey(k.configured); changed || fault.CodeOf(err) != c.code || !fault.Is(err, fault.Terminal) {
					t.Fatalf("changed %t, %v, want %s", changed, err, c.code)
				}
				k.works(wechattest.MerchantSerial)
			}
			*k.configured.WeChat = whole
			for path, content := range files {
				k.write(path, content)
			}
			if _, err := k.account.Rekey(k.configured); err != nil {
				t.Errorf("after it was mended: %v", err)
			}
			k.works(wechattest.MerchantSerial)
		})
	}
}

func TestTheCertificateJudgesKeyAndSerial(t *testing.T) {
	certificateOf := func(t *testing.T, serial string) string {
		key := wechattest.MerchantKey(t)
		if serial == newSerial {
			key = wechattest.KeyB(t)
		}
		return wechattest.NewCertificate(t, key, serial, wechattest.Start.Add(-time.Hour), wechattest.Start.Add(time.Hour)).PEM
	}
	dir := t.TempDir()
	path := wechattest.Write(t, dir, "apiclient_cert.pem", certificateOf(t, wechattest.MerchantSerial))
	k := keep(t, func(w *merchant.WeChatAccount) { w.CertificateFile, w.MerchantSerial = path, "" })
	k.works(wechattest.MerchantSerial)

	// The two files of a new pair arrive one after the other, in either order.
	for _, first := range []string{"certificate", "key"} {
		if first == "certificate" {
			k.write(path, certificateOf(t, newSerial))
		} else {
			k.write(k.configured.WeChat.PrivateKeyFile, wechattest.PrivatePEM(t, wechattest.MerchantKey(t)))
		}
		if changed, err := k.account.Rekey(k.configured); changed || fault.CodeOf(err) != "key_not_of_certificate" {
			t.Fatalf("%s first: changed %t, %v", first, changed, err)
		}
		if first == "certificate" {
			k.works(wechattest.MerchantSerial)
			k.write(k.configured.WeChat.PrivateKeyFile, wechattest.PrivatePEM(t, wechattest.KeyB(t)))
		} else {
			k.works(newSerial)
			k.write(path, certificateOf(t, wechattest.MerchantSerial))
		}
		if changed, err := k.account.Rekey(k.configured); !changed || err != nil {
			t.Fatalf("%s first: changed %t, %v", first, changed, err)
		}
	}
	k.works(wechattest.MerchantSerial)

	k.configured.WeChat.MerchantSerial = newSerial
	if _, err := k.account.Rekey(k.configured); fault.CodeOf(err) != "serial_not_of_certificate" {
		t.Error(err)
	}
	k.write(path, "-----BEGIN CERTIFICATE-----\n")
	if _, err := k.account.Rekey(k.configured); fault.CodeOf(err) != "certificate_pem" {
		t.Error(err)
	}
	k.works(wechattest.MerchantSerial)
}

func TestRekeyTellsAnotherMerchantNumberAndLeavesUnchangedFilesAlone(t *testing.T) {
	k := keep(t, func(*merchant.WeChatAccount) {})
	if changed, err := k.account.Rekey(k.configured); changed || err != nil {
		t.Errorf("nothing changed: %t, %v", changed, err)
	}
	k.configured.WeChat.MchID = "1900000110"
	if _, err := k.account.Rekey(k.configured); fault.CodeOf(err) != "account_changed" {
		t.Error(err)
	}
	k.works(wechattest.MerchantSerial)
}

func TestTheAPIv2KeyIsReplacedToo(t *testing.T) {
	k := keep(t, func(*merchant.WeChatAccount) {})
	fields := map[string]string{"a": "1"}
	before := k.account.APIv2().Sign(fields, wechatpay.HMACSHA256)
	k.write(k.configured.WeChat.APIv2KeyFile, newAPIv3)
	if changed, err := k.account.Rekey(k.configured); !changed || err != nil {
		t.Fatal(changed, err)
	}
	if k.account.APIv2().Sign(fields, wechatpay.HMACSHA256) == before {
		t.Error("it still signs with the old key")
	}
}

func TestAnswersAreAskedForByTheConfiguredKind(t *testing.T) {
	p, a := newPlatform(t), certificate(t, serialA)
	p.gives(listSignedBy(t, a, a))
	for kind, want := range map[merchant.AnswerKey]string{"": wechattest.PublicKeyID, merchant.ByPublicKey: wechattest.PublicKeyID, merchant.ByCertificate: serialA} {
		f := p.fixture(t, func(w *merchant.WeChatAccount) { w.AnswersSignedBy = kind })
		if kind == merchant.ByCertificate && f.ring.AcceptSerial(wechattest.Start) != wechattest.PublicKeyID {
			t.Error("before a certificate is there, the public key is asked for")
		}
		if err := f.ring.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := f.ring.AcceptSerial(wechattest.Start); got != want {
			t.Errorf("%q asks for %s, want %s", kind, got, want)
		}
		if got := f.ring.AcceptSerial(wechattest.Start.Add(72 * time.Hour)); got != wechattest.PublicKeyID {
			t.Errorf("%q asks for %s when the certificate has ended", kind, got)
		}
	}
}

func TestAnAccountThatGetsCertificatesDownloadsThemAtOnce(t *testing.T) {
	p, a := newPlatform(t), certificate(t, serialA)
	p.gives(listSignedBy(t, a, a))
	configured := wechattest.Account(t, p.server.URL)
	account, err := wechatpay.LoadAccount(configured)
	if err != nil {
		t.Fatal(err)
	}
	f := withAccount(t, p.clock, account)
	reports := make(chan error, 4)
	go f.ring.Run(t.Context(), func(err error) { reports <- err })
	configured.WeChat.PlatformCertificates = true
	if changed, err := account.Rekey(configured); !changed || err != nil {
		t.Fatal(changed, err)
	}
	if err := <-reports; err != nil || len(f.ring.Keys()) != 2 {
		t.Errorf("%v, keys %v", err, f.ring.Keys())
	}
}

// TestASerialNeverGoesWithTheKeyOfAnother signs while the pair is replaced to and fro.
func TestASerialNeverGoesWithTheKeyOfAnother(t *testing.T) {
	k := keep(t, func(*merchant.WeChatAccount) {})
	old, fresh := *k.configured.WeChat, *k.configured.WeChat
	fresh.MerchantSerial = newSerial
	fresh.PrivateKeyFile = wechattest.Write(t, t.TempDir(), "new.pem", wechattest.PrivatePEM(t, wechattest.KeyB(t)))
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_ = k.client.Get(t.Context(), queryPath)
				}
			}
		})
	}
	for i := range 20 {
		*k.configured.WeChat = []merchant.WeChatAccount{fresh, old}[i%2]
		if changed, err := k.account.Rekey(k.configured); !changed || err != nil {
			t.Error(changed, err)
		}
	}
	close(stop)
	all.Wait()
	keyOf := merchantKeys(t)
	for _, got := range k.server.Got() {
		if _, err := wechattest.CheckAuthorizationBy(got, keyOf); err != nil {
			t.Fatal(err)
		}
	}
}
