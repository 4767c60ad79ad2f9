package wechatpay_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
)

const (
	newAPIv3       = "vutsrqponmlkjihgfedcba9876543210"
	newSerial      = "77B0AC5EF9C1D3A8E2F4061B2C3D4E5F60718293"
	secondPublicID = "PUB_KEY_ID_0119000001092024111500112233445577"
)

// signKey is one key of WeChat's.
type signKey struct {
	serial string
	key    *rsa.PrivateKey
}

// phase is what WeChat uses at one time: any of its keys, any of its APIv3 keys, any of the merchant's serials.
type phase struct {
	keys  []signKey
	apiv3 []string
}

// rotation is a WeChat and a merchant, with load between them, while keys change.
type rotation struct {
	t         *testing.T
	clock     *wechattest.Clock
	dir       string
	server    *wechattest.Server
	configure merchant.Account
	account   *wechatpay.Account
	ring      *wechatpay.KeyRing
	client    *wechatpay.Client
	merchants func(serial string) *rsa.PublicKey
	forger    *rsa.PrivateKey

	mu        sync.RWMutex // held for reading while one message is made and judged, for writing to change the phase
	now       phase
	listed    []wechattest.Certificate
	delivered atomic.Int64
	attacked  atomic.Int64
	called    atomic.Int64
}

// merchantKeys are the merchant's keys as WeChat knows them, by serial.
func merchantKeys(t *testing.T) func(serial string) *rsa.PublicKey {
	all := map[string]*rsa.PublicKey{
		wechattest.MerchantSerial: &wechattest.MerchantKey(t).PublicKey, newSerial: &wechattest.KeyB(t).PublicKey,
	}
	return func(serial string) *rsa.PublicKey { return all[serial] }
}

func newRotation(t *testing.T) *rotation {
	r := &rotation{t: t, clock: wechattest.At(wechattest.Start), dir: t.TempDir(), merchants: merchantKeys(t)}
	r.server = wechattest.Serve(t, r.clock, r.answer)
	r.configure = wechattest.Account(t, r.server.URL)
	return r
}

// answer checks that a signature is of the key its serial names, and signs with the key that was asked for.
func (r *rotation) answer(got wechattest.Got) wechattest.Reply {
	if _, err := wechattest.CheckAuthorizationBy(got, r.merchants); err != nil {
		r.t.Errorf("WeChat refuses a signature: %v", err)
	}
	if got.URI == "/v3/certificates" { // asked for by the rotation itself, which may hold the lock
		by := r.now.keys[0]
		return wechattest.Reply{Body: wechattest.CertificateListSealed(r.t, r.now.apiv3[0], r.listed...), Serial: by.serial, Key: by.key}
	}
	asked := got.Header.Get("Wechatpay-Serial")
	for _, k := range r.now.keys {
		if k.serial == asked {
			return wechattest.Reply{Body: `{}`, Serial: k.serial, Key: k.key}
		}
	}
	// Before the switch is begun in the merchant portal, answers are signed by the old key whatever is asked (§1.3).
	return wechattest.Reply{Body: `{}`, Serial: r.now.keys[0].serial, Key: r.now.keys[0].key}
}

// begin opens the account in the first phase.
func (r *rotation) begin(p phase, listed ...wechattest.Certificate) {
	r.t.Helper()
	r.now, r.listed = p, listed
	var err error
	if r.account, err = wechatpay.LoadAccount(r.configure); err != nil {
		r.t.Fatal(err)
	}
	f := withAccount(r.t, r.clock, r.account)
	r.ring, r.client = f.ring, f.client
	if err := r.ring.Refresh(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// rekey takes over what is configured, and the certificates WeChat lists.
func (r *rotation) rekey() {
	r.t.Helper()
	if _, err := r.account.Rekey(r.configure); err != nil {
		r.t.Fatal(err)
	}
	r.clock.Move(time.Minute)
	if err := r.ring.Refresh(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// use makes WeChat use other keys from here on.
func (r *rotation) use(p phase) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = p
}

// list is what GET /v3/certificates gives from here on.
func (r *rotation) list(certificates ...wechattest.Certificate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listed = certificates
}

// open is what the door does with a notification.
func (r *rotation) open(h http.Header, body []byte) error {
	if err := notify.VerifyNotification(r.clock.Now(), h, body, r.ring); err != nil {
		return err
	}
	envelope, err := notify.Parse(body)
	if err != nil {
		return err
	}
	_, err = notify.Decrypt(r.account.APIv3(), envelope.Resource)
	return err
}

func sealedBody(t *testing.T, apiv3, plain string) []byte {
	nonce := rand.Text()[:12]
	body, err := json.Marshal(map[string]any{
		"id": "N1", "create_time": "2023-11-15T06:15:04+08:00", "event_type": "PAYSCORE.USER_PAID", "resource_type": "encrypt-resource",
		"resource": map[string]string{"algorithm": "AEAD_AES_256_GCM", "original_type": "payscore", "nonce": nonce,
			"associated_data": "payscore", "ciphertext": wechattest.SealWith(t, apiv3, nonce, "payscore", plain)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// deliver sends one notification of every kind that WeChat may send now.
func (r *rotation) deliver() {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, k := range r.now.keys {
		for _, apiv3 := range r.now.apiv3 {
			body, h := sealedBody(r.t, apiv3, `{"out_order_no":"1"}`), http.Header{}
			wechattest.Sign(r.t, h, k.key, k.serial, r.clock.Now(), string(body))
			if err := r.open(h, body); err != nil {
				r.t.Errorf("a valid notification by %s was refused: %v", k.serial, err)
			}
			r.delivered.Add(1)
		}
	}
}

// attack sends what nobody may believe, under the serials in use.
func (r *rotation) attack() {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, k := range r.now.keys {
		body, now := sealedBody(r.t, r.now.apiv3[0], `{"out_order_no":"1"}`), r.clock.Now()
		mutated := append(slices.Clone(body), ' ')
		for name, bad := range map[string]struct {
			key    *rsa.PrivateKey
			serial string
			at     time.Time
			body   []byte
		}{
			"forged":                  {r.forger, k.serial, now, body},
			"of an unknown serial":    {r.forger, "PUB_KEY_ID_0666", now, body},
			"stale":                   {k.key, k.serial, now.Add(-10 * time.Minute), body},
			"of the future":           {k.key, k.serial, now.Add(10 * time.Minute), body},
			"mutated":                 {k.key, k.serial, now, mutated},
			"sealed by a foreign key": {k.key, k.serial, now, sealedBody(r.t, strings.Repeat("x", 32), `{}`)},
		} {
			h := http.Header{}
			signedBody := bad.body
			if name == "mutated" {
				signedBody = body
			}
			wechattest.Sign(r.t, h, bad.key, bad.serial, bad.at, string(signedBody))
			if r.open(h, bad.body) == nil {
				r.t.Errorf("a notification %s was accepted", name)
			}
			r.attacked.Add(1)
		}
	}
}

// call makes one call; its answer must hold, whichever key it was asked and signed with.
func (r *rotation) call() {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if a := r.client.Get(r.t.Context(), "/v3/payscore/serviceorder?out_order_no=1"); a.Outcome != wechatpay.Yes {
		r.t.Errorf("an answer was not believed: %v", a)
	}
	r.called.Add(1)
}

// during does a step of the rotation while messages of every kind come and go.
func (r *rotation) during(step func()) {
	var all sync.WaitGroup
	for _, work := range []struct {
		do    func()
		times int
	}{{r.deliver, 4}, {r.deliver, 4}, {r.attack, 1}, {r.call, 3}} {
		all.Go(func() {
			for range work.times {
				work.do()
			}
		})
	}
	step()
	all.Wait()
}

// TestNoRotationRefusesWhatIsValidOrAcceptsWhatIsNot rotates WeChat's key, the APIv3 key and the merchant's key in every
// combination, in the order of deploy/README.md, while notifications and calls go on.
func TestNoRotationRefusesWhatIsValidOrAcceptsWhatIsNot(t *testing.T) {
	forger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{"certificate", "public key"} {
		for _, to := range []string{"certificate", "public key"} {
			for _, apiv3 := range []string{"kept", "rotated"} {
				for _, pair := range []string{"kept", "serial in merchants.yaml", "certificate file"} {
					t.Run(fmt.Sprintf("%s to %s, APIv3 %s, merchant key %s", from, to, apiv3, pair), func(t *testing.T) {
						rotate(t, forger, from, to, apiv3 == "rotated", pair)
					})
				}
			}
		}
	}
}

func rotate(t *testing.T, forger *rsa.PrivateKey, from, to string, apiv3 bool, pair string) {
	r := newRotation(t)
	r.forger = forger
	w := r.configure.WeChat
	public := w.PublicKeys[0]
	second := merchant.PublicKey{ID: secondPublicID, File: wechattest.Write(t, r.dir, "second.pem", wechattest.PublicPEM(t, wechattest.KeyB(t)))}
	a, b := certificate(t, serialA), certificate(t, serialB)

	// before and after are WeChat's key, and what is configured for it.
	before, after := signKey{a.Serial, a.Key}, signKey{b.Serial, b.Key}
	publicBefore, publicAfter := []merchant.PublicKey(nil), []merchant.PublicKey(nil)
	var listBefore, listAfter []wechattest.Certificate
	if from == "public key" {
		before, publicBefore = signKey{public.ID, wechattest.WeChatKey(t)}, []merchant.PublicKey{public}
	} else {
		listBefore = []wechattest.Certificate{a}
	}
	if to == "public key" {
		after, publicAfter = signKey{second.ID, wechattest.KeyB(t)}, []merchant.PublicKey{second}
	} else {
		listAfter = []wechattest.Certificate{b}
	}
	oldV3, newV3 := []string{wechattest.APIv3Key}, []string{wechattest.APIv3Key}
	if apiv3 {
		newV3 = []string{newAPIv3}
	}

	w.PublicKeys, w.PlatformCertificates = publicBefore, from == "certificate"
	r.begin(phase{[]signKey{before}, oldV3}, listBefore...)
	r.during(func() {})

	// 1. Everything new stands beside everything old, and both are in use.
	w.PublicKeys = slices.Concat(publicBefore, publicAfter)
	w.PlatformCertificates = from == "certificate" || to == "certificate"
	if apiv3 {
		wechattest.Write(t, r.dir, "apiv3", newAPIv3+"\n"+wechattest.APIv3Key+"\n")
		w.APIv3KeyFile = r.dir + "/apiv3"
	}
	rotateMerchant(t, r, pair)
	r.list(slices.Concat(listBefore, listAfter)...)
	r.during(r.rekey)
	if serial := r.account.Serial(); (serial == newSerial) != (pair != "kept") {
		t.Errorf("signing with %s after the rotation of the merchant key (%s)", serial, pair)
	}
	r.during(func() { r.use(phase{[]signKey{before, after}, slices.Compact(slices.Concat(oldV3, newV3))}) })
	// 2. WeChat has left the old. Until here nothing old was taken away.
	r.during(func() { r.use(phase{[]signKey{after, before}, newV3}) })
	// 3. WeChat stops using the old, and then it is taken away.
	r.use(phase{[]signKey{after}, newV3})
	r.list(listAfter...)
	w.PublicKeys, w.PlatformCertificates = publicAfter, to == "certificate"
	if apiv3 {
		wechattest.Write(t, r.dir, "apiv3", newAPIv3)
	}
	r.during(r.rekey)
	r.during(func() {})

	if len(r.ring.Keys()) != 1 || r.ring.Keys()[0].Serial != after.serial {
		t.Errorf("keys after the rotation: %v", r.ring.Keys())
	}
	old, body := http.Header{}, sealedBody(t, newV3[0], `{}`)
	wechattest.Sign(t, old, before.key, before.serial, r.clock.Now(), string(body))
	if err := r.open(old, body); wechatpay.ReasonOf(err) != wechatpay.UnknownSerial {
		t.Errorf("the key that was taken away still verifies: %v", err)
	}
	t.Logf("%d valid, %d not, %d calls", r.delivered.Load(), r.attacked.Load(), r.called.Load())
}

// rotateMerchant puts the merchant's new key in place.
func rotateMerchant(t *testing.T, r *rotation, pair string) {
	t.Helper()
	w := r.configure.WeChat
	if pair == "kept" {
		return
	}
	w.PrivateKeyFile = wechattest.Write(t, r.dir, "apiclient_key.pem", wechattest.PrivatePEM(t, wechattest.KeyB(t)))
	w.MerchantSerial = newSerial
	if pair == "certificate file" {
		c := wechattest.NewCertificate(t, wechattest.KeyB(t), newSerial, wechattest.Start.Add(-time.Hour), wechattest.Start.Add(time.Hour))
		w.MerchantSerial, w.CertificateFile = "", wechattest.Write(t, r.dir, "apiclient_cert.pem", c.PEM)
	}
}
