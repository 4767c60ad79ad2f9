package wechat

import (
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

const (
	scheme = "WECHATPAY2-SHA256-RSA2048"
	// tolerance of the caller's clock, both directions (wechat-protocol.md §1.2).
	tolerance = 5 * time.Minute
)

// authorization is the parsed Authorization header.
type authorization struct{ mchID, nonce, timestamp, serial, signature string }

// parseAuthorization reads the header's five fields in any order (wechat-protocol.md §1.2); ok is false when it is not
// of that form. A comma inside quotes belongs to the value.
func parseAuthorization(header string) (a authorization, ok bool) {
	fields, ok := strings.CutPrefix(header, scheme+" ")
	if !ok {
		return a, false
	}
	places := map[string]*string{"mchid": &a.mchID, "nonce_str": &a.nonce, "timestamp": &a.timestamp, "serial_no": &a.serial, "signature": &a.signature}
	for fields != "" {
		name, rest, found := strings.Cut(strings.TrimSpace(fields), `="`)
		value, rest, closed := strings.Cut(rest, `"`)
		place := places[name]
		if !found || !closed || place == nil || *place != "" || value == "" {
			return a, false
		}
		*place = value
		delete(places, name)
		if fields = rest; rest != "" && !strings.HasPrefix(rest, ",") {
			return a, false
		}
		fields = strings.TrimPrefix(fields, ",")
	}
	return a, len(places) == 0
}

// authenticate finds the merchant who signed the request, or the refusal (wechat-protocol.md §1.2, §1.5).
func authenticate(r *http.Request, body []byte, merchants account.Directory, now time.Time) (*account.Merchant, *refusal) {
	a, ok := parseAuthorization(r.Header.Get("Authorization"))
	if !ok {
		return nil, unsigned("Authorization头格式错误", internalBadAuthorization)
	}
	merchant := merchants[a.mchID]
	if merchant == nil {
		return nil, unsigned("商户号不存在", internalMchUnknown)
	}
	seconds, err := strconv.ParseInt(a.timestamp, 10, 64)
	if off := now.Sub(time.Unix(seconds, 0)); err != nil || off >= tolerance || off <= -tolerance {
		return nil, unsigned("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟", internalBadAuthorization)
	}
	if !strings.EqualFold(a.serial, merchant.Serial) {
		return nil, unsigned("商户证书序列号有误。请使用签名私钥匹配的证书序列号", internalBadAuthorization)
	}
	message := signing.RequestMessage(r.Method, r.RequestURI, a.timestamp, a.nonce, body)
	if !signing.Verify(merchant.PublicKey, message, a.signature) {
		return nil, wrongSignature(r, message)
	}
	return merchant, nil
}

func unsigned(message string, internal int64) *refusal {
	return &refusal{401, signError, message, internal, nil}
}

// signDetail is the detail of a SIGN_ERROR (wechat-protocol.md §1.5).
type signDetail struct {
	Detail struct {
		Issue string `json:"issue"`
	} `json:"detail"`
	Field           string          `json:"field"`
	Location        string          `json:"location"`
	SignInformation signInformation `json:"sign_information"`
}

type signInformation struct {
	Method            string `json:"method"`
	URL               string `json:"url"`
	SignMessageLength int    `json:"sign_message_length"`
	Truncated         string `json:"truncated_sign_message"`
}

// wrongSignature shows the caller what was expected to be signed, cut like WeChat does; how long the real cut is, is
// not written down.
func wrongSignature(r *http.Request, message []byte) *refusal {
	d := signDetail{Field: "signature", Location: "authorization"}
	d.Detail.Issue = "sign not match"
	truncated := message
	if len(truncated) > 128 {
		truncated = truncated[:128]
		for !utf8.Valid(truncated) && len(truncated) > 0 {
			truncated = truncated[:len(truncated)-1]
		}
	}
	d.SignInformation = signInformation{Method: r.Method, URL: r.RequestURI, SignMessageLength: len(message), Truncated: string(truncated)}
	return &refusal{401, signError, "错误的签名，验签失败", internalBadAuthorization, d}
}
