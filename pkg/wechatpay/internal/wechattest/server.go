package wechattest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Reply is what the server answers, and how the answer is spoiled.
type Reply struct {
	Status int // 200 when 0
	Body   string
	// RequestID is the Request-ID header, "08A1B2C3-0" when empty.
	RequestID string
	// Serial and Key sign; PublicKeyID and WeChat's key when zero.
	Serial string
	Key    *rsa.PrivateKey
	// SignedAt is the timestamp, the clock's now when zero.
	SignedAt time.Time
	// Tamper replaces the body after signing.
	Tamper string
	// Unsigned sends no Wechatpay headers.
	Unsigned bool
	// Before runs before anything is written: to hang, or to break the connection.
	Before func(http.ResponseWriter, *http.Request)
}

// Got is one request as it arrived.
type Got struct {
	Method, URI string
	Header      http.Header
	Body        string
}

// Server verifies what the merchant signs and signs what it answers.
type Server struct {
	*httptest.Server
	t     testing.TB
	clock *Clock
	mu    sync.Mutex
	got   []Got
}

// Serve answers every request with what answer says, on a free loopback port, until the test ends.
func Serve(t testing.TB, clock *Clock, answer func(Got) Reply) *Server {
	s := &Server{t: t, clock: clock}
	key := WeChatKey(t)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := Got{Method: r.Method, URI: r.RequestURI, Header: r.Header, Body: string(body)}
		s.mu.Lock()
		s.got = append(s.got, got)
		s.mu.Unlock()
		s.write(w, r, answer(got), key)
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

func (s *Server) write(w http.ResponseWriter, r *http.Request, reply Reply, key *rsa.PrivateKey) {
	if reply.Before != nil {
		reply.Before(w, r)
	}
	if reply.Key != nil {
		key = reply.Key
	}
	at := reply.SignedAt
	if at.IsZero() {
		at = s.clock.Now()
	}
	w.Header().Set("Request-ID", or(reply.RequestID, "08A1B2C3-0"))
	if !reply.Unsigned {
		Sign(s.t, w.Header(), key, or(reply.Serial, PublicKeyID), at, reply.Body)
	}
	if reply.Status == 0 {
		reply.Status = http.StatusOK
	}
	w.WriteHeader(reply.Status)
	_, _ = io.WriteString(w, or(reply.Tamper, reply.Body))
}

// Sign puts the four headers of §1.3 on h.
func Sign(t testing.TB, h http.Header, key *rsa.PrivateKey, serial string, at time.Time, body string) {
	t.Helper()
	nonce, stamp := rand.Text(), strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256([]byte(stamp + "\n" + nonce + "\n" + body + "\n"))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	h.Set("Wechatpay-Timestamp", stamp)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Serial", serial)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(signature))
}

var authorization = regexp.MustCompile(
	`^WECHATPAY2-SHA256-RSA2048 mchid="(\d+)",nonce_str="([0-9A-Za-z]{1,32})",timestamp="(\d+)",serial_no="([0-9A-F]{40})",signature="([^"]+)"$`)

// CheckAuthorization verifies the merchant's signature over the request as it arrived (§1.2).
func CheckAuthorization(got Got) error {
	block, _ := pem.Decode([]byte(merchantPublic))
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return err
	}
	_, err = CheckAuthorizationBy(got, func(string) *rsa.PublicKey { return public.(*rsa.PublicKey) })
	return err
}

// CheckAuthorizationBy is CheckAuthorization by the key that belongs to the serial; it gives the serial.
func CheckAuthorizationBy(got Got, keyOf func(serial string) *rsa.PublicKey) (serial string, err error) {
	m := authorization.FindStringSubmatch(got.Header.Get("Authorization"))
	if m == nil {
		return "", fmt.Errorf("authorization header %q", got.Header.Get("Authorization"))
	}
	signature, err := base64.StdEncoding.DecodeString(m[5])
	if err != nil {
		return "", err
	}
	public := keyOf(m[4])
	if public == nil {
		return "", fmt.Errorf("serial %s has no key", m[4])
	}
	sum := sha256.Sum256([]byte(got.Method + "\n" + got.URI + "\n" + m[3] + "\n" + m[2] + "\n" + got.Body + "\n"))
	return m[4], rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
