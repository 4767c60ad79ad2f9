// Package wechatstub is a small server that signs like WeChat Pay (wechat-protocol.md §1.3), and a client of it, for the
// tests of this service. It knows nothing of PayScore: what it answers is the test's word.
package wechatstub

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// Got is one request as it arrived.
type Got struct{ Method, URI, Body string }

// Reply is what the server answers.
type Reply struct {
	// Status is 200 when 0.
	Status int
	Body   string
	// Internal is WeChat's internal code, the end of the Request-ID.
	Internal string
	// Drop breaks the connection instead of answering.
	Drop bool
}

// Server answers on a free loopback port until the test ends.
type Server struct {
	*httptest.Server
	clock clock.Clock
	key   *rsa.PrivateKey
	mu    sync.Mutex
	got   []Got
}

const keyID = "PUB_KEY_ID_0119000001092023111500112233445566"

// key makes one key for all tests of a process; it signs for both sides.
var key = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// New answers every request with what answer says.
func New(t testing.TB, c clock.Clock, answer func(Got) Reply) *Server {
	t.Helper()
	private, err := key()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{clock: c, key: private}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := Got{r.Method, r.RequestURI, string(body)}
		s.mu.Lock()
		s.got = append(s.got, got)
		s.mu.Unlock()
		s.write(t, w, answer(got))
	}))
	t.Cleanup(s.Close)
	return s
}

// Got is every request so far.
func (s *Server) Got() []Got {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Got(nil), s.got...)
}

func (s *Server) write(t testing.TB, w http.ResponseWriter, reply Reply) {
	if reply.Drop {
		panic(http.ErrAbortHandler)
	}
	stamp, nonce := strconv.FormatInt(s.clock.Now().Unix(), 10), rand.Text()
	sum := sha256.Sum256([]byte(stamp + "\n" + nonce + "\n" + reply.Body + "\n"))
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Error(err)
	}
	for name, value := range map[string]string{
		"Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce, "Wechatpay-Serial": keyID,
		"Wechatpay-Signature": base64.StdEncoding.EncodeToString(signature), "Request-ID": "08A1B2C3-" + reply.Internal,
	} {
		w.Header().Set(name, value)
	}
	if reply.Status == 0 {
		reply.Status = http.StatusOK
	}
	w.WriteHeader(reply.Status)
	_, _ = io.WriteString(w, reply.Body)
}

// Account is an account at the server, its key files in a folder of the test.
func (s *Server) Account(t testing.TB, partner bool) merchant.Account {
	t.Helper()
	dir := t.TempDir()
	private, err := x509.MarshalPKCS8PrivateKey(s.key)
	must(t, err)
	public, err := x509.MarshalPKIXPublicKey(&s.key.PublicKey)
	must(t, err)
	return merchant.Account{ID: "wx-main", WeChat: &merchant.WeChatAccount{
		MchID: "1900000109", Partner: partner, MerchantSerial: strings.Repeat("5", 40), APIURL: s.URL,
		PrivateKeyFile: file(t, dir, "private.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
		APIv2KeyFile:   file(t, dir, "apiv2.txt", []byte(strings.Repeat("2", 32))),
		PublicKeys:     []merchant.PublicKey{{ID: keyID, File: file(t, dir, "public.pem", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))}},
	}}
}

// Client is the order side of the account.
func (s *Server) Client(t testing.TB, partner bool) *wechatpay.Client {
	t.Helper()
	account, err := wechatpay.LoadAccount(s.Account(t, partner), wechatpay.ToCall)
	must(t, err)
	options := wechatpay.Options{HTTP: &http.Client{Transport: &http.Transport{}}, Clock: s.clock, Nonce: rand.Text, Timeout: 2 * time.Second}
	ring, err := wechatpay.NewKeyRing(account, options)
	must(t, err)
	client, err := wechatpay.NewClient(account, ring, options)
	must(t, err)
	return client
}

func file(t testing.TB, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	must(t, os.WriteFile(path, content, 0o600))
	return path
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
