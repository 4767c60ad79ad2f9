// Package apistub is a small server that signs like WeChat Pay's APIv3 (wechat-protocol.md §1.3), for the tests of this
// service. It knows nothing of authorisations: what it answers is the test's word.
package apistub

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
	"sync"
	"testing"

	"github.com/facepay-go/facepay/pkg/clock"
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
	// Wait is waited for before the answer; nil for nothing.
	Wait <-chan struct{}
}

// Refuse is a 4xx or 5xx with WeChat's error body.
func Refuse(status int, code string) Reply {
	return Reply{Status: status, Body: `{"code":"` + code + `","message":"说明"}`}
}

// KeyID is the key that signs.
const KeyID = "PUB_KEY_ID_0119000001092023111500112233445566"

// Server answers on a free loopback port until the test ends.
type Server struct {
	URL    string
	clock  clock.Clock
	key    *rsa.PrivateKey
	mu     sync.Mutex
	got    []Got
	answer func(Got) Reply
}

// key makes one key for all tests of a process; it signs for both sides.
var key = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// New answers 404 until Set.
func New(t testing.TB, c clock.Clock) *Server {
	t.Helper()
	private, err := key()
	must(t, err)
	s := &Server{clock: c, key: private, answer: func(Got) Reply { return Refuse(http.StatusNotFound, "RESOURCE_NOT_EXISTS") }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := Got{r.Method, r.RequestURI, string(body)}
		s.mu.Lock()
		s.got = append(s.got, got)
		answer := s.answer
		s.mu.Unlock()
		s.write(t, w, answer(got))
	}))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Set changes how requests are answered.
func (s *Server) Set(answer func(Got) Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// Got is every request so far.
func (s *Server) Got() []Got {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Got(nil), s.got...)
}

func (s *Server) write(t testing.TB, w http.ResponseWriter, reply Reply) {
	if reply.Wait != nil {
		<-reply.Wait
	}
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
		"Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce, "Wechatpay-Serial": KeyID,
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

// Keys writes private.pem and public.pem into dir: the merchant's key and the one that verifies answers.
func (s *Server) Keys(t testing.TB, dir string) {
	t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(s.key)
	must(t, err)
	public, err := x509.MarshalPKIXPublicKey(&s.key.PublicKey)
	must(t, err)
	file(t, filepath.Join(dir, "private.pem"), "PRIVATE KEY", private)
	file(t, filepath.Join(dir, "public.pem"), "PUBLIC KEY", public)
}

func file(t testing.TB, path, kind string, der []byte) {
	t.Helper()
	must(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
