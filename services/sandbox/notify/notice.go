// Package notify delivers callbacks (回调通知) as WeChat Pay does: sealed, signed anew on every try, on its schedule, from
// a queue that survives a restart (wechat-protocol.md §7).
package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Event types and their summaries (wechat-protocol.md §7.1). Summaries other than USER_PAID's are our wording.
const (
	UserConfirm      = "PAYSCORE.USER_CONFIRM"
	UserPaid         = "PAYSCORE.USER_PAID"
	UserOpenService  = "PAYSCORE.USER_OPEN_SERVICE"
	UserCloseService = "PAYSCORE.USER_CLOSE_SERVICE"
)

func summary(eventType string) string {
	switch eventType {
	case UserConfirm:
		return "用户确认成功"
	case UserPaid:
		return "用户支付成功"
	case UserOpenService:
		return "用户开启服务"
	case UserCloseService:
		return "用户解除服务"
	}
	if ofRefund(eventType) {
		return refundSummary(eventType)
	}
	return eventType
}

// Outcome is how a notice ended; "" while it is being delivered.
type Outcome string

const (
	// Delivered: the receiver answered 200 or 204.
	Delivered Outcome = "delivered"
	// GivenUp: the schedule ran out.
	GivenUp Outcome = "given_up"
	// Suppressed: a fault rule said never.
	Suppressed Outcome = "suppressed"
	// NoAPIv3Key: WeChat sends no callbacks to a merchant without an APIv3 key.
	NoAPIv3Key Outcome = "no_apiv3_key"
	// NoURL: there is nowhere to send it.
	NoURL Outcome = "no_url"
)

// Notice is one fact to be told to one URL.
type Notice struct {
	// ID names the fact: adding the same fact again adds nothing.
	ID                 string
	MchID, EventType   string
	OutOrderNo, OpenID string
	URL                string
	// Entity is the resource in the clear.
	Entity    []byte
	CreatedAt time.Time
	// Due is the next try; zero when Outcome is set.
	Due     time.Time
	Outcome Outcome
	// Tries counts deliveries that failed.
	Tries int
	// Delayed is set once a late fault has put the first try off.
	Delayed bool
	// Held is set once a reversed fault has kept it back behind a later notice.
	Held bool
	// Kept are the bytes of the accepted delivery while they wait to be replayed.
	Kept *Message
	// Attempts are the deliveries made, faults included, the last 50.
	Attempts []Attempt
}

// Attempt is one HTTP request of a delivery. Status is 0 when there was no answer within 5 s.
type Attempt struct {
	At     time.Time `json:"time"`
	Status int       `json:"status"`
	Fault  string    `json:"fault,omitempty"`
}

// ID derives a notice's id, 36 characters in the form of a UUID, from the words that name its fact.
func ID(fact ...string) string {
	h := sha256.New()
	for _, word := range fact {
		h.Write([]byte(word))
		h.Write([]byte{0})
	}
	x := hex.EncodeToString(h.Sum(nil))
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:32]
}

// schedule are the waits after each failed try: 15 retries in 24h4m (wechat-protocol.md §7.5). Whether the first try
// is at once or after the first wait is not written down; here it is at once.
var schedule = [...]time.Duration{15 * time.Second, 15 * time.Second, 30 * time.Second, 3 * time.Minute, 10 * time.Minute, 20 * time.Minute,
	30 * time.Minute, 30 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 3 * time.Hour, 3 * time.Hour, 6 * time.Hour, 6 * time.Hour}

// settle notes the result of a try at now.
func (n *Notice) settle(accepted bool, now time.Time) {
	switch {
	case accepted:
		n.end(Delivered)
	case n.Tries >= len(schedule):
		n.Tries++
		n.end(GivenUp)
	default:
		n.Due = now.Add(schedule[n.Tries])
		n.Tries++
	}
}

func (n *Notice) end(o Outcome) { n.Outcome, n.Due = o, time.Time{} }

func (n *Notice) note(attempts ...Attempt) {
	n.Attempts = append(n.Attempts, attempts...)
	if extra := len(n.Attempts) - 50; extra > 0 {
		n.Attempts = n.Attempts[extra:]
	}
}
