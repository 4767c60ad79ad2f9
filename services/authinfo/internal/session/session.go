// Package session is the domain of a face attempt (刷脸会话): one number handed to one kiosk, used by a face result or
// expired without one. No I/O, no clock, no randomness of its own.
package session

import "time"

// State is where a session stands. OPEN → USED | EXPIRED; both are final.
type State string

const (
	// Open: the kiosk has the number, no face result was seen.
	Open State = "OPEN"
	// Used: a face result was seen, whatever it said.
	Used State = "USED"
	// Expired: the time was over before a face result came.
	Expired State = "EXPIRED"
)

// Session is one handed-out number. Fields are exported for the store only; the methods change them.
type Session struct {
	State State
	// OutOrderNo is the number of the attempt and of the order to come.
	OutOrderNo string
	// OutRequestNo is the sign number (商户签约单号), payscore_out_request_no.
	OutRequestNo string
	// RequestID and Digest are the request that opened the session; kept for ever.
	RequestID, Digest string
	// ServiceID, StoreID and DeviceID are what it was opened for.
	ServiceID, StoreID, DeviceID string
	// Credential is what the kiosk was given last.
	Credential Given
	// OpenedAt and ExpiresAt bound the wait for a face result.
	OpenedAt, ExpiresAt time.Time
	// EndedAt is when the session was used or expired.
	EndedAt time.Time
	// Result is the first face result, also one that came after the end.
	Result Result
}

// Given names a credential: its document and its issue.
type Given struct {
	ID    string
	Issue int64
}

// Result is what a kiosk reported, without the user.
type Result struct {
	ReturnCode string
	ErrCode    int64
	SeenAt     time.Time
}

// Numbers are the two numbers of a session.
type Numbers struct{ OutOrderNo, OutRequestNo string }

// ID is the id of a session's document: a number is unique per merchant.
func ID(merchant, outOrderNo string) string { return merchant + "/" + outOrderNo }

// New opens a session for a valid request. It waits for a face result for ttl, and never longer than the credential
// lives.
func New(r Request, n Numbers, given Given, now time.Time, ttl time.Duration, credentialEnds time.Time) Session {
	ends := now.Add(ttl)
	if credentialEnds.Before(ends) {
		ends = credentialEnds
	}
	return Session{
		State: Open, OutOrderNo: n.OutOrderNo, OutRequestNo: n.OutRequestNo, RequestID: r.RequestID, Digest: r.Digest(),
		ServiceID: r.ServiceID, StoreID: r.StoreID, DeviceID: r.DeviceID,
		Credential: given, OpenedAt: now, ExpiresAt: ends,
	}
}

// Give notes that a repeated request was answered with another credential, and reports whether it was another.
func (s *Session) Give(given Given) bool {
	if s.Credential == given {
		return false
	}
	s.Credential = given
	return true
}

// maxReturnCode is the length of return_code (wechat-protocol.md §3.2); a kiosk that sends more is cut short.
const maxReturnCode = 16

// Use takes a face result and reports whether anything changed. The first one counts; after the end it is only noted.
func (s *Session) Use(returnCode string, errCode int64, now time.Time) bool {
	if !s.Result.SeenAt.IsZero() {
		return false
	}
	if code := []rune(returnCode); len(code) > maxReturnCode {
		returnCode = string(code[:maxReturnCode])
	}
	s.Result = Result{ReturnCode: returnCode, ErrCode: errCode, SeenAt: now}
	if s.State == Open {
		s.State, s.EndedAt = Used, now
	}
	return true
}

// Expire ends an open session whose time is over, and reports whether it did.
func (s *Session) Expire(now time.Time) bool {
	if s.State != Open || now.Before(s.ExpiresAt) {
		return false
	}
	s.State, s.EndedAt = Expired, now
	return true
}
