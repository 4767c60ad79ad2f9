package wechatpay

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
)

// Outcome is what is known after a call.
type Outcome uint8

const (
	// Unknown: the act may or may not have happened. Ask, or send the identical bytes again; never assume no.
	Unknown Outcome = iota
	// Yes: a 2xx whose signature was verified.
	Yes
	// No: WeChat's own error body with a 4xx. Such answers are trusted by TLS alone, as the SDK does (§1.3).
	No
)

var outcomeNames = [...]string{"unknown", "yes", "no"}

func (o Outcome) String() string { return outcomeNames[o] }

// Doubt says why an outcome is Unknown. The set is closed: it is a counter's label.
type Doubt string

const (
	// DoubtTimeout: no whole answer in time.
	DoubtTimeout Doubt = "timeout"
	// DoubtCancelled: our own caller gave up.
	DoubtCancelled Doubt = "cancelled"
	// DoubtConnection: refused, reset, no address, bad TLS, or the answer broke off.
	DoubtConnection Doubt = "connection"
	// DoubtTooLarge: the answer is larger than MaxBody.
	DoubtTooLarge Doubt = "too_large"
	// DoubtServer: a 5xx (§1.5).
	DoubtServer Doubt = "server_error"
	// DoubtAccepted: 202, accepted and not finished (§1.5).
	DoubtAccepted Doubt = "accepted"
	// DoubtUnverified: a 2xx whose signature does not hold; Answer.Reason tells which way (§1.3).
	DoubtUnverified Doubt = "unverified"
	// DoubtUnreadable: a 4xx without WeChat's error body (a gateway's page), or a 2xx that does not decode.
	DoubtUnreadable Doubt = "unreadable"
	// DoubtStatus: a status the protocol does not have (1xx, 3xx).
	DoubtStatus Doubt = "status"
	// DoubtLocal: nothing was sent because the request could not be made: a fault of ours.
	DoubtLocal Doubt = "local"
	// DoubtThrottled: nothing was sent because the endpoint is called too often: our rate, a back-off, or too many wait.
	DoubtThrottled Doubt = "throttled"
	// DoubtOutage: nothing was sent because calls of this account have been lost, and it was not this one's turn to probe.
	DoubtOutage Doubt = "outage"
)

// Answer is the three-valued result of one call. It prints without its body, which may hold an openid.
type Answer struct {
	Outcome Outcome
	// HTTPStatus is 0 when no answer came.
	HTTPStatus int
	// Code is the code of an error body, blanks removed: the docs also print "ORDER_NOT_ EXIST" (§1.5).
	Code string
	// RequestID is the Request-ID header as received: store it with every failed call.
	RequestID string
	// InternalCode is the number at the end of RequestID, WeChat's internal error code (§6.11); "" when there is none.
	InternalCode string
	// Body is the answer as received: nil for an empty one. For an unverified 2xx it is evidence, not truth.
	Body []byte
	// Doubt is set when Outcome is Unknown.
	Doubt Doubt
	// Reason is set when Doubt is DoubtUnverified.
	Reason Reason
	// NotSent means that not one byte of this attempt left us. The outcome stays Unknown: an earlier attempt with the
	// same number may have arrived, and only the caller knows whether there was one.
	NotSent bool
}

// answerOf reads a reply; a 2xx comes out Unknown and unverified, for the caller to verify.
func answerOf(r reply) Answer {
	if r.err != nil {
		id := requestID(r.header)
		return Answer{HTTPStatus: r.status, RequestID: id, InternalCode: internalCode(id), Doubt: doubtOf(r.err), NotSent: !r.sent}
	}
	a := Answer{HTTPStatus: r.status, RequestID: requestID(r.header), Body: r.body}
	a.InternalCode = internalCode(a.RequestID)
	switch {
	case r.status == http.StatusAccepted:
		a.Doubt = DoubtAccepted
	case r.status >= 200 && r.status < 300:
		a.Doubt = DoubtUnverified
	case r.status >= 400 && r.status < 500:
		a.Code = errorCode(r.body)
		a.Outcome, a.Doubt = refusal(r.status, a.Code)
	case r.status >= 500:
		a.Code, a.Doubt = errorCode(r.body), DoubtServer
	default:
		a.Doubt = DoubtStatus
	}
	return a
}

// refusal decides whether a 4xx is WeChat's own no.
func refusal(status int, code string) (Outcome, Doubt) {
	switch {
	case code == "SYSTEM_ERROR": // the outcome is unknown under whatever status (§1.5)
		return Unknown, DoubtServer
	case code != "", status == http.StatusTooManyRequests: // 429 says "not accepted" whoever on the way says it
		return No, ""
	default:
		return Unknown, DoubtUnreadable
	}
}

// errorCode finds the code of an error body, "" when the body is not WeChat's JSON (§1.5).
func errorCode(body []byte) string {
	e, err := entity.Read(body)
	if err != nil {
		return ""
	}
	code := e.Word("code") // a number there is a gateway's
	if len(code) > 64 {
		return ""
	}
	return strings.Join(strings.Fields(code), "")
}

func requestID(h http.Header) string { return h.Get("Request-ID") }

// internalCode is the digits after the last "-" of a Request-ID (§1.5).
func internalCode(requestID string) string {
	i := strings.LastIndexByte(requestID, '-')
	if i < 0 || strings.Trim(requestID[i+1:], "0123456789") != "" {
		return ""
	}
	return requestID[i+1:]
}

// String tells everything but the body.
func (a Answer) String() string {
	return fmt.Sprintf("outcome=%s http=%d code=%s internal=%s request_id=%s doubt=%s reason=%s not_sent=%t",
		a.Outcome, a.HTTPStatus, a.Code, a.InternalCode, a.RequestID, a.Doubt, a.Reason, a.NotSent)
}

// Format prints String, whatever the verb.
func (a Answer) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(a.String())) }

// LogValue is everything but the body.
func (a Answer) LogValue() slog.Value {
	return slog.GroupValue(slog.String("outcome", a.Outcome.String()), slog.Int("http_status", a.HTTPStatus),
		slog.String("code", a.Code), slog.String("internal_code", a.InternalCode), slog.String("request_id", a.RequestID),
		slog.String("doubt", string(a.Doubt)), slog.String("reason", string(a.Reason)), slog.Bool("not_sent", a.NotSent))
}
