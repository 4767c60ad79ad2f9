package wechatpay

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
)

// MaxBody is the most bytes of an answer that are read.
const MaxBody = 1 << 20

// userAgent is required: requests without one may be refused (§1.1).
const userAgent = "facepay wechatpay-go/" + consts.Version

var errTooLarge = errors.New("the answer is larger than MaxBody")

// sender signs one request, sends it and reads the whole answer; it does not judge it.
type sender struct {
	base string
	sign auth.Credential
	o    Options
}

// reply is what came back. err is set when no whole answer did; sent is false only when no connection was ever
// obtained for the request, so that not one byte of it can have left.
type reply struct {
	status int
	header http.Header
	body   []byte
	sent   bool
	err    error
}

// send makes the call. The outer error is ours (a bad path, a key that does not sign): nothing was sent.
func (s *sender) send(ctx context.Context, method, pathAndQuery string, body []byte, acceptSerial string) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})

	req, err := s.request(ctx, method, pathAndQuery, body, acceptSerial)
	if err != nil {
		return reply{}, err
	}
	resp, err := s.o.HTTP.Do(req)
	if err != nil {
		return reply{sent: connected.Load(), err: err}, nil
	}
	defer func() { _ = resp.Body.Close() }()
	r := reply{status: resp.StatusCode, header: resp.Header, sent: true}
	r.body, r.err = readAtMost(resp.Body, MaxBody)
	return r, nil
}

func (s *sender) request(ctx context.Context, method, pathAndQuery string, body []byte, acceptSerial string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.base+pathAndQuery, bytes.NewReader(body))
	if err != nil {
		return nil, fault.New(fault.Terminal, "bad_url", "base and path do not make a URL")
	}
	// What is signed is the RequestURI of the very request that is sent (§1.2).
	authorization, err := s.sign.GenerateAuthorizationHeader(ctx, method, req.URL.RequestURI(), string(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set(consts.Authorization, authorization)
	req.Header.Set(consts.Accept, consts.ApplicationJSON)
	req.Header.Set(consts.UserAgent, userAgent)
	req.Header.Set(consts.ContentType, consts.ApplicationJSON)
	if acceptSerial != "" {
		req.Header.Set(consts.WechatPaySerial, acceptSerial)
	}
	return req, nil
}

func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		return nil, errTooLarge
	}
	return body, err
}
