// Package consent is the domain of a service without a face (kiosk.service_requested of a no-confirm service): may the order
// be created for this user? Ask WeChat; if not, let the user authorise the service on the phone, and learn when that is done
// or will not be (wechat-protocol.md §5.5). No I/O, no clock, no randomness of its own.
package consent

import "time"

// State is where a consent stands; AUTHORISED, EXPIRED and REFUSED are final.
type State string

const (
	// Querying: WeChat is asked whether the user has authorised the service.
	Querying State = "QUERYING"
	// PreAuthorising: the user has not; a pre-authorisation (商户预授权) is being made.
	PreAuthorising State = "PRE_AUTHORISING"
	// AwaitingUser: the token is here, the user has to authorise on the phone.
	AwaitingUser State = "AWAITING_USER"
	// Authorised: the order may be created.
	Authorised State = "AUTHORISED"
	// Expired: the user did not authorise in time.
	Expired State = "EXPIRED"
	// Refused: WeChat refuses, or somebody else authorised under our code.
	Refused State = "REFUSED"
)

// Final reports that nothing changes any more.
func (s State) Final() bool { return s == Authorised || s == Expired || s == Refused }

// How an authorisation became known.
const (
	ByQuery        = "query"
	ByNotification = "notification"
)

// Why no order is created.
const (
	// TokenExpired: the time to authorise is over.
	TokenExpired = "token_expired"
	// Configuration: rights, bindings or the service's mode are wrong; alarm.
	Configuration = "configuration"
	// Rule: WeChat refuses the request; alarm, since it was held to every rule before.
	Rule = "rule"
	// OtherUser: another user authorised under our code.
	OtherUser = "other_user"
)

// Consent is one number's. Fields are exported for the store only; the methods change them.
type Consent struct {
	State State
	// OutOrderNo is the number of the order to come; ServiceID and DeviceID are what it was requested for.
	OutOrderNo, ServiceID, DeviceID string
	// UserKey is the HMAC of the user's openid (or sub_openid).
	UserKey string
	// User is the openid or sub_openid, sealed; empty once the consent is final.
	User Sealed
	// KnownAs says which of the two it is.
	KnownAs KnownAs
	// Code is our agreement number (授权协议号) of the pre-authorisation, "" before one is made. No other user ever gets it.
	Code string
	// Request is the pre-authorisation's.
	Request Request
	// Reminted counts the codes given up after a doubtful send was refused.
	Reminted int
	// Hint: the user authorised something before there was a token, so ask about the user first.
	Hint bool
	// Token opens WeChat's page, sealed; empty before and once the consent is final.
	Token Sealed
	// RequestedAt is when we heard of it, ExpiresAt when the token ends (before there is one: when we stop trying), EndedAt
	// when the consent became final.
	RequestedAt, ExpiresAt, EndedAt time.Time
	// KnownBy is set with AUTHORISED, Reason with EXPIRED and REFUSED.
	KnownBy, Reason string
	// Todo is what comes next; zero when final.
	Todo Todo
	// Calls are the last calls to WeChat, for the story; CallCount is all of them.
	Calls     []Call
	CallCount int
}

// Sealed is an encrypted text, with the id of the key that opens it.
type Sealed struct {
	KeyID      string
	Nonce      []byte
	Ciphertext []byte
}

// KnownAs is under which appid the user is known.
type KnownAs string

const (
	// OpenID: under appid.
	OpenID KnownAs = "openid"
	// SubOpenID: under sub_appid, partner mode only.
	SubOpenID KnownAs = "sub_openid"
)

// ID is the id of a consent's document.
func ID(merchant, outOrderNo string) string { return merchant + "/" + outOrderNo }

// Wish is a customer's wish for the service.
type Wish struct {
	OutOrderNo, ServiceID, DeviceID, UserKey string
	User                                     Sealed
	KnownAs                                  KnownAs
}

// New begins with a query.
func New(w Wish, now time.Time, timers Timers) Consent {
	c := Consent{
		State: Querying, OutOrderNo: w.OutOrderNo, ServiceID: w.ServiceID, DeviceID: w.DeviceID,
		UserKey: w.UserKey, User: w.User, KnownAs: w.KnownAs, RequestedAt: now, ExpiresAt: now.Add(timers.Try),
	}
	c.next(OpQueryUser, now)
	return c
}

// Waits reports that the user's phone is to be sent to WeChat's page, and that the page still opens.
func (c *Consent) Waits(now time.Time) bool {
	return c.State == AwaitingUser && now.Before(c.ExpiresAt)
}
