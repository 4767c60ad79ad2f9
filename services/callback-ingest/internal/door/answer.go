package door

import (
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// failure is the body of every refusal (wechat-protocol.md §7.5). Why is in our log: a forger is told nothing.
const failure = `{"code":"FAIL","message":"失败"}`

// closeWithin is how long a refused connection still takes what its sender already sent.
const closeWithin = 50 * time.Millisecond

// answer is 200 without a body when the fact is on disk, now or before; else the status of the reason.
func answer(w http.ResponseWriter, d *delivery) {
	if d.outcome.Good() {
		w.WriteHeader(http.StatusOK)
		return
	}
	if d.notice == nil { // whoever is not known to be WeChat keeps no connection
		w.Header().Set("Connection", "close")
		// What is on its way of the body is read, since closing before it is there can take the answer away from its sender;
		// a body that does not come is not waited for. A recorder of a test has no deadline to set.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(closeWithin))
	}
	if d.reason == "wrong_method" {
		w.Header().Set("Allow", http.MethodPost)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(statusOf(d.reason))
	// The sender may be gone; it comes again.
	_, _ = w.Write([]byte(failure))
}

// statusOf a refusal. WeChat repeats on every 4xx and 5xx alike; the difference is for people and proxies.
func statusOf(reason string) int {
	switch reason {
	case "unknown_account", "wrong_path":
		return http.StatusNotFound
	case "wrong_method":
		return http.StatusMethodNotAllowed
	case "too_large":
		return http.StatusRequestEntityTooLarge
	case "slow_body":
		return http.StatusRequestTimeout
	case "broken_body", string(wechatpay.BadEnvelope), string(wechatpay.BadAlgorithm), string(wechatpay.BadNonce), string(wechatpay.DecryptFailed):
		return http.StatusBadRequest
	case string(wechatpay.MissingHeader), string(wechatpay.Stale), string(wechatpay.UnknownSerial), string(wechatpay.OutsideValidity),
		string(wechatpay.BadSignature), string(wechatpay.SignProbe):
		return http.StatusUnauthorized
	case "busy", "store_away":
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
