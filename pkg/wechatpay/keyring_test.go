package wechatpay_test

import (
	"context"
	"crypto/ecdsa"
	ellipticcurve "crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/google/go-cmp/cmp"
)

const (
	serialA = "5157F09EFDC096DE15EBE81A47057A7232F1B8E2"
	serialB = "0057F09EFDC096DE15EBE81A47057A7232F1B8E3" // leading zeros are kept by WeChat's JSON, not by the SDK
)

// platform is a WeChat that gives certificates and answers other calls signed by one of them.
type platform struct {
	clock  *wechattest.Clock
	server *wechattest.Server
	mu     sync.Mutex
	list   wechattest.Reply
	answer wechattest.Reply
}

func newPlatform(t *testing.T) *platform {
	p := &platform{clock: wechattest.At(wechattest.Start)}
	p.server = wechattest.Serve(t, p.clock, func(got wechattest.Got) wechattest.Reply {
		p.mu.Lock()
		defer p.mu.Unlock()
		if got.URI == "/v3/certificates" {
			return p.list
		}
		return p.answer
	})
	return p
}

func (p *platform) gives(list wechattest.Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = list
}

// fetches counts the downloads so far.
func (p *platform) fetches() int {
	n := 0
	for _, got := range p.server.Got() {
		if got.URI == "/v3/certificates" {
			n++
		}
	}
	return n
}

func (p *platform) fixture(t *testing.T, change func(*merchant.WeChatAccount)) fixture {
	t.Helper()
	a := wechattest.Account(t, p.server.URL)
	a.WeChat.PlatformCertificates = true
	change(a.WeChat)
	account, err := wechatpay.LoadAccount(a)
	if err != nil {
		t.Fatal(err)
	}
	return withAccount(t, p.clock, account)
}

func certificatesOnly(w *merchant.WeChatAccount) { w.PublicKeys = nil }
func bothKinds(*merchant.WeChatAccount)          {}

func certificate(t *testing.T, serial string) wechattest.Certificate {
	key := wechattest.KeyA(t)
	if serial == serialB {
		key = wechattest.KeyB(t)
	}
	return wechattest.NewCertificate(t, key, serial, wechattest.Start.Add(-time.Hour), wechattest.Start.Add(48*time.Hour))
}

func listSignedBy(t *testing.T, by wechattest.Certificate, all ...wechattest.Certificate) wechattest.Reply {
	return wechattest.Reply{Body: wechattest.CertificateList(t, all...), Serial: by.Serial, Key: by.Key}
}

func signed(t *testing.T, c wechattest.Certificate, at time.Time, body string) http.Header {
	h := http.Header{}
	wechattest.Sign(t, h, c.Key, c.Serial, at, body)
	return h
}

func TestTheRingHoldsCertificatesAndPublicKeysAtOnce(t *testing.T) {
	p, a, b := newPlatform(t), certificate(t, serialA), certificate(t, serialB)
	p.gives(listSignedBy(t, a, a, b))
	f := p.fixture(t, bothKinds)
	if err := f.ring.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	public := http.Header{}
	wechattest.Sign(t, public, wechattest.WeChatKey(t), wechattest.PublicKeyID, wechattest.Start, "x")
	for name, h := range map[string]http.Header{"public key": public, "certificate A": signed(t, a, wechattest.Start, "x"), "certificate B": signed(t, b, wechattest.Start, "x")} {
		if err := f.ring.VerifySigned(wechattest.Start, h, []byte("x")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	want := []wechatpay.VerifyKey{{Serial: wechattest.PublicKeyID},
		{Serial: serialA, NotBefore: second(a.NotBefore), NotAfter: second(a.NotAfter)}, {Serial: serialB, NotBefore: second(b.NotBefore), NotAfter: second(b.NotAfter)}}
	if diff := cmp.Diff(want, f.ring.Keys()); diff != "" {
		t.Error(diff)
	}
	if f.ring.AcceptSerial(wechattest.Start) != wechattest.PublicKeyID || f.ring.Keys()[0].Certificate() || !f.ring.Keys()[1].Certificate() {
		t.Error("a public key is preferred and is no certificate")
	}
}

func TestSerialsAreComparedWithoutCaseAndLeadingZerosInListsAndHeaders(t *testing.T) {
	spellings := func(serial string) []string {
		short := strings.TrimLeft(serial, "0")
		return []string{serial, short, strings.ToLower(serial), strings.ToLower(short)}
	}
	for _, listed := range spellings(serialB) {
		p, b := newPlatform(t), certificate(t, serialB)
		b.Serial = listed
		p.gives(listSignedBy(t, b, b))
		f := p.fixture(t, certificatesOnly)
		if err := f.ring.Refresh(t.Context()); err != nil {
			t.Fatalf("listed as %s: %v", listed, err)
		}
		for _, told := range spellings(serialB) {
			b.Serial = told
			if err := f.ring.VerifySigned(wechattest.Start, signed(t, b, wechattest.Start, "x"), []byte("x")); err != nil {
				t.Errorf("listed as %s, told as %s: %v", listed, told, err)
			}
		}
	}
}

func TestOneUnusableCertificateDoesNotSpoilTheListAndIsNamed(t *testing.T) {
	elliptic, err := ecdsa.GenerateKey(ellipticcurve.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	number, _ := new(big.Int).SetString(serialB, 16)
	template := &x509.Certificate{SerialNumber: number, NotBefore: wechattest.Start.Add(-time.Hour), NotAfter: wechattest.Start.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, elliptic.Public(), elliptic)
	if err != nil {
		t.Fatal(err)
	}
	notRSA := certificate(t, serialB)
	notRSA.PEM = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	noPEM, otherSerial := certificate(t, serialB), certificate(t, serialB)
	noPEM.PEM, otherSerial.PEM = "no certificate", certificate(t, serialA).PEM
	for name, bad := range map[string]wechattest.Certificate{"not RSA": notRSA, "no PEM": noPEM, "another serial": otherSerial} {
		p, a := newPlatform(t), certificate(t, serialA)
		p.gives(listSignedBy(t, a, bad, a))
		f := p.fixture(t, certificatesOnly)
		if err := f.ring.Refresh(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := f.ring.VerifySigned(wechattest.Start, signed(t, a, wechattest.Start, "x"), []byte("x")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if skipped := f.ring.Skipped(); len(skipped) != 1 || !strings.Contains(skipped[0].Error(), serialB) {
			t.Errorf("%s: skipped %v", name, skipped)
		}
	}
	p, a := newPlatform(t), certificate(t, serialA)
	odd := listSignedBy(t, a, a)
	odd.Body = strings.Replace(odd.Body, `{"data":[`, `{"Data":7,"data":[{"serial_no":{},"encrypt_certificate":"x"},`, 1)
	p.gives(odd)
	f := p.fixture(t, certificatesOnly)
	if err := f.ring.Refresh(t.Context()); err != nil || len(f.ring.Skipped()) != 1 || len(f.ring.Keys()) != 1 {
		t.Errorf("an entry of another shape: %v, skipped %v", err, f.ring.Skipped())
	}
}

func TestOnlyTheUnusableCertificatesOfTheLastListAreNamed(t *testing.T) {
	p, a := newPlatform(t), certificate(t, serialA)
	bad := certificate(t, serialB)
	bad.PEM = "no certificate"
	p.gives(listSignedBy(t, a, bad, a))
	f := p.fixture(t, certificatesOnly)
	if err := f.ring.Refresh(t.Context()); err != nil || len(f.ring.Skipped()) != 1 {
		t.Fatalf("%v, skipped %v", err, f.ring.Skipped())
	}
	p.gives(listSignedBy(t, a, a))
	p.clock.Move(30 * time.Minute)
	if err := f.ring.Refresh(t.Context()); err != nil || len(f.ring.Skipped()) != 0 {
		t.Errorf("the next list is in order: %v, skipped %v", err, f.ring.Skipped())
	}
}

func TestACertificateThatOnlyIsNotValidNowDoesNotMakeAListUnreadable(t *testing.T) {
	p := newPlatform(t)
	later, bad := certificate(t, serialA), certificate(t, serialB)
	later = wechattest.NewCertificate(t, later.Key, serialA, wechattest.Start.Add(time.Hour), wechattest.Start.Add(2*time.Hour))
	bad.PEM = "no certificate"
	p.gives(wechattest.Reply{Body: wechattest.CertificateList(t, bad, later)})
	f := p.fixture(t, bothKinds)
	if err := f.ring.Refresh(t.Context()); err != nil || len(f.ring.Skipped()) != 1 {
		t.Errorf("%v, skipped %v", err, f.ring.Skipped())
	}
}

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func TestAnUnknownSerialRefreshesOnceForAllCallersAndThenVerifies(t *testing.T) {
	p, a := newPlatform(t), certificate(t, serialA)
	p.gives(listSignedBy(t, a, a))
	p.answer = wechattest.Reply{Body: `{}`, Serial: a.Serial, Key: a.Key}
	f := p.fixture(t, certificatesOnly)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if got := f.client.Get(t.Context(), "/v3/x"); got.Outcome != wechatpay.Yes {
				t.Error(got)
			}
		})
	}
	wait.Wait()
	if n := p.fetches(); n != 1 {
		t.Errorf("%d downloads for 20 calls", n)
	}
	if f.ring.AcceptSerial(wechattest.Start) != serialA {
		t.Error("the certificate should be asked for in Wechatpay-Serial")
	}
}

func TestRefreshesAreAtLeastAMinuteApart(t *testing.T) {
	p, a := newPlatform(t), certificate(t, serialA)
	p.gives(wechattest.Reply{Status: 500, Body: `{"code":"SYSTEM_ERROR"}`})
	f := p.fixture(t, certificatesOnly)
	for range 3 {
		if err := f.ring.Refresh(t.Context()); fault.CodeOf(err) != "certificates_unavailable" || !fault.Is(err, fault.Retry) {
			t.Error(err)
		}
	}
	p.gives(listSignedBy(t, a, a))
	p.clock.Move(59 * time.Second)
	if err := f.ring.Refresh(t.Context()); err == nil || p.fetches() != 1 {
		t.Errorf("%v after %d downloads", err, p.fetches())
	}
	p.clock.Move(time.Second)
	if err := f.ring.Refresh(t.Context()); err != nil || p.fetches() != 2 {
		t.Errorf("%v after %d downloads", err, p.fetches())
	}
}

func TestVerifyingNeverCallsOutAndWakesRun(t *testing.T) {
	p, a, b := newPlatform(t), certificate(t, serialA), certificate(t, serialB)
	p.gives(listSignedBy(t, a, a))
	f := p.fixture(t, certificatesOnly)
	header := signed(t, b, wechattest.Start, "x")
	if err := f.ring.VerifySigned(wechattest.Start, header, []byte("x")); wechatpay.ReasonOf(err) != wechatpay.UnknownSerial || !fault.Is(err, fault.Retry) {
		t.Error(err)
	}
	if p.fetches() != 0 {
		t.Error("a verification downloaded")
	}

	ctx, stop := context.WithCancel(t.Context())
	reports, done := make(chan error, 8), make(chan struct{})
	go func() { defer close(done); f.ring.Run(ctx, func(err error) { reports <- err }) }()
	if err := <-reports; err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return p.clock.Waiters() == 1 }) // the 24-hour timer
	p.gives(listSignedBy(t, a, a, b))
	if err := f.ring.VerifySigned(wechattest.Start, header, []byte("x")); wechatpay.ReasonOf(err) != wechatpay.UnknownSerial {
		t.Error(err)
	}
	until(t, func() bool { return p.clock.Waiters() == 2 }) // and the minute between two downloads
	p.clock.Move(time.Minute)
	if err := <-reports; err != nil {
		t.Fatal(err)
	}
	if err := f.ring.VerifySigned(p.clock.Now(), header, []byte("x")); err != nil {
		t.Error(err)
	}
	until(t, func() bool { return p.clock.Waiters() >= 2 })
	p.clock.Move(24 * time.Hour)
	if err := <-reports; err != nil {
		t.Error(err)
	}
	stop()
	<-done
	if p.fetches() != 3 {
		t.Errorf("%d downloads", p.fetches())
	}
}

func TestRunTriesAgainAMinuteAfterAFailure(t *testing.T) {
	p, a := newPlatform(t), certificate(t, serialA)
	p.gives(wechattest.Reply{Status: 502, Body: "<html>", Unsigned: true})
	f := p.fixture(t, certificatesOnly)
	reports := make(chan error, 8)
	go f.ring.Run(t.Context(), func(err error) { reports <- err })
	if err := <-reports; !fault.Is(err, fault.Retry) {
		t.Error(err)
	}
	p.gives(listSignedBy(t, a, a))
	until(t, func() bool { return p.clock.Waiters() == 1 })
	p.clock.Move(time.Minute)
	if err := <-reports; err != nil {
		t.Error(err)
	}
}

func TestCertificatesOutsideTheirValidityAreRefused(t *testing.T) {
	p, a := newPlatform(t), certificate(t, serialA)
	expired := wechattest.NewCertificate(t, wechattest.KeyB(t), serialB, wechattest.Start.Add(-48*time.Hour), wechattest.Start.Add(-time.Hour))
	p.gives(listSignedBy(t, a, a, expired))
	f := p.fixture(t, certificatesOnly)
	if err := f.ring.Refresh(t.Context()); err != nil || len(f.ring.Keys()) != 1 {
		t.Errorf("%v, keys %v", err, f.ring.Keys())
	}
	later := wechattest.Start.Add(72 * time.Hour)
	if err := f.ring.VerifySigned(later, signed(t, a, later, "x"), []byte("x")); wechatpay.ReasonOf(err) != wechatpay.OutsideValidity {
		t.Error(err)
	}
	if f.ring.AcceptSerial(later) != "" {
		t.Error("an expired certificate is asked for")
	}
}

func TestAListThatIsNotWeChatsIsRefusedAndChangesNothing(t *testing.T) {
	a, b := certificate(t, serialA), certificate(t, serialB)
	good := listSignedBy(t, a, a)
	for name, c := range map[string]struct {
		list wechattest.Reply
		code string
	}{
		"signed by a key that is neither held nor in it": {listSignedBy(t, b, a), "certificates_unverified"},
		"signed by another key of the same serial":       {wechattest.Reply{Body: good.Body, Serial: serialA, Key: b.Key}, "certificates_unverified"},
		"unsigned":                     {wechattest.Reply{Body: good.Body, Unsigned: true}, "certificates_unverified"},
		"not JSON":                     {wechattest.Reply{Body: "<html>"}, "certificates_unreadable"},
		"another serial than it holds": {listSignedBy(t, a, wechattest.Certificate{Serial: serialB, PEM: a.PEM, Key: a.Key}), "certificates_unreadable"},
		"not a certificate":            {listSignedBy(t, a, wechattest.Certificate{Serial: serialA, PEM: "x", Key: a.Key}), "certificates_unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.gives(c.list)
			f := p.fixture(t, certificatesOnly)
			if err := f.ring.Refresh(t.Context()); fault.CodeOf(err) != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
			if len(f.ring.Keys()) != 0 {
				t.Errorf("keys %v", f.ring.Keys())
			}
		})
	}
}

func TestAnAccountWithoutCertificatesLivesByItsPublicKey(t *testing.T) {
	p := newPlatform(t)
	p.gives(wechattest.Reply{Status: 404, Body: `{"code":"RESOURCE_NOT_EXISTS","message":"无可用的平台证书"}`})
	if err := p.fixture(t, bothKinds).ring.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
	if err := p.fixture(t, certificatesOnly).ring.Refresh(t.Context()); fault.CodeOf(err) != "no_verifying_key" {
		t.Error(err)
	}
	f := newFixture(t, p.clock, p.server.URL) // platform_certificates: false
	before := p.fetches()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	f.ring.Run(ctx, func(error) { t.Error("there is nothing to report") })
	if err := f.ring.Refresh(t.Context()); err != nil || p.fetches() != before {
		t.Error("an account without platform certificates must not ask for them")
	}
}

// until polls, with a deadline.
func until(t *testing.T, holds func() bool) {
	t.Helper()
	deadline := time.After(5 * time.Second)
	for !holds() {
		select {
		case <-deadline:
			t.Fatal("it did not happen")
		case <-time.After(time.Millisecond):
		}
	}
}
