// Package facestub is a get_wxpayface_authinfo for tests: real HTTP, real signatures, written without pkg/wechatpay so
// that client and stub cannot share a misreading (wechat-protocol.md §2).
package facestub

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"sync"
	"testing"
)

// Fields are a flat v2 message.
type Fields map[string]string

// Answer makes the answer to one request whose signature held; nil breaks the connection off. Sign says whether it is
// signed.
type Answer func(request Fields, r *http.Request) (answer Fields, sign bool)

// Server is a running stub.
type Server struct {
	URL string
	key string

	mu     sync.Mutex
	seen   []Fields
	answer Answer
}

// New starts a stub for one account's APIv2 key. It answers with Grant until Set.
func New(t *testing.T, key string) *Server {
	s := &Server{key: key}
	s.answer = s.Grant
	server := httptest.NewServer(http.HandlerFunc(s.handle))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Set changes how requests are answered.
func (s *Server) Set(a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = a
}

// Seen are the requests so far.
func (s *Server) Seen() []Fields {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Fields(nil), s.seen...)
}

// Authinfo is what the n-th request (from 1) is granted: with + / and =, as real ones have.
func Authinfo(n int) string { return fmt.Sprintf("q3OPhFtQBf6K+ZGqmZ/hejKCRy5K%04d==", n) }

// Grant answers SUCCESS with Authinfo of the request's number, for two hours.
func (s *Server) Grant(request Fields, _ *http.Request) (Fields, bool) {
	return s.GrantFor(7200)(request, nil)
}

// GrantFor is Grant with another expires_in, in seconds.
func (s *Server) GrantFor(seconds int) Answer {
	return func(request Fields, _ *http.Request) (Fields, bool) {
		return Fields{
			"return_code": "SUCCESS", "return_msg": "请求成功", "authinfo": Authinfo(len(s.Seen())), "expires_in": fmt.Sprint(seconds),
			"appid": request["appid"], "mch_id": request["mch_id"], "sub_mch_id": request["sub_mch_id"], "nonce_str": "Tivppi4UXAbgLxk8e1Sij76YdowOFFii",
		}, true
	}
}

// Refuse answers with a return_code and text, signed or not (§2.2).
func Refuse(code, text string, sign bool) Answer {
	return func(Fields, *http.Request) (Fields, bool) {
		return Fields{"return_code": code, "return_msg": text}, sign
	}
}

func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	request, decoded := decode(body)
	if err != nil || !decoded || r.Method != http.MethodPost || r.URL.Path != "/face/get_wxpayface_authinfo" {
		_, _ = w.Write(encode(Fields{"return_code": "PARAM_ERROR", "return_msg": "请求报文格式错误"}))
		return
	}
	if request["sign"] != Sign(request, s.key) {
		_, _ = w.Write(encode(Fields{"return_code": "PARAM_ERROR", "return_msg": "签名错误"}))
		return
	}
	s.mu.Lock()
	s.seen = append(s.seen, request)
	answer := s.answer
	s.mu.Unlock()
	fields, sign := answer(request, r)
	if fields == nil {
		panic(http.ErrAbortHandler)
	}
	if sign {
		fields["sign"] = Sign(fields, s.key)
	}
	_, _ = w.Write(encode(fields))
}

// Sign is HMAC-SHA256 of §2.3.
func Sign(fields Fields, key string) string {
	var names []string
	for name, value := range fields {
		if name != "sign" && value != "" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, name+"="+fields[name])
	}
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = io.WriteString(mac, strings.Join(append(pairs, "key="+key), "&"))
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

func decode(body []byte) (Fields, bool) {
	var message struct {
		XMLName xml.Name `xml:"xml"`
		Fields  []struct {
			XMLName xml.Name
			Value   string `xml:",chardata"`
		} `xml:",any"`
	}
	if xml.Unmarshal(body, &message) != nil {
		return nil, false
	}
	fields := Fields{}
	for _, f := range message.Fields {
		fields[f.XMLName.Local] = f.Value
	}
	return fields, true
}

func encode(fields Fields) []byte {
	var b strings.Builder
	b.WriteString("<xml>")
	for name, value := range fields {
		fmt.Fprintf(&b, "<%s><![CDATA[%s]]></%s>", name, value, name)
	}
	b.WriteString("</xml>")
	return []byte(b.String())
}
