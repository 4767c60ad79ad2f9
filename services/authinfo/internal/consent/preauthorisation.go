package consent

import "time"

// PreAuthorisation is a pre-authorisation that a caller asked for outside of an order, kept for ever under its request_id.
// ASKING → GRANTED | REFUSED. There is no timer: while nobody repeats the request, nobody waits for its token.
type PreAuthorisation struct {
	State RequestState
	// RequestID and Digest are the request, kept for ever.
	RequestID, Digest string
	ServiceID         string
	// Code is our agreement number (授权协议号).
	Code string
	// Request is what is sent for it.
	Request Request
	// Reminted counts the codes given up after a doubtful send was refused.
	Reminted int
	// Token opens WeChat's page until ExpiresAt, sealed.
	Token Sealed
	// AskedAt is when it was asked for, EndedAt when it was granted or refused.
	AskedAt, ExpiresAt, EndedAt time.Time
	// Reason is set with REFUSED: Configuration or Rule.
	Reason string
}

// RequestState is where a request stands; all but ASKING are final.
type RequestState string

const (
	// Asking: WeChat has not answered for good.
	Asking RequestState = "ASKING"
	// Given: the token is here.
	Given RequestState = "GRANTED"
	// Withdrawn: the authorisation is ended.
	Withdrawn RequestState = "ENDED"
	// Declined: WeChat refuses for good.
	Declined RequestState = "REFUSED"
)

// NewPreAuthorisation freezes the request under env.Code. The error is the scribe's.
func NewPreAuthorisation(env Env, requestID, digest, serviceID string) (PreAuthorisation, error) {
	p := PreAuthorisation{State: Asking, RequestID: requestID, Digest: digest, ServiceID: serviceID, AskedAt: env.Now}
	return p, p.freeze(env)
}

func (p *PreAuthorisation) freeze(env Env) error {
	body, err := env.Scribe.PreAuthorise(p.ServiceID, env.Code)
	p.Code, p.Request = env.Code, Request{Body: body}
	return err
}

// Begin notes, before the send, that the request is about to be sent. Another caller's send that is not answered yet counts
// as a doubt too.
func (p *PreAuthorisation) Begin(now time.Time) {
	if !p.Request.SentAt.IsZero() {
		p.Request.DoubtAt = now
	}
	p.Request.Tries++
	p.Request.SentAt = now
}

// Answered takes an answer to the send under code, and reports whether it changed anything.
func (p *PreAuthorisation) Answered(env Env, code string, a Answer) bool {
	if p.State != Asking || code != p.Code {
		return false
	}
	p.Request.SentAt = time.Time{}
	switch a.Meaning {
	case Granted:
		p.State, p.Token, p.ExpiresAt, p.EndedAt = Given, a.Token, a.SentAt.Add(env.Timers.TokenLife), env.Now
	case Doubtful:
		p.Request.DoubtAt = env.Now
	case Denied:
		p.denied(env, a.Reason)
	}
	return true
}

// denied gives a code up that an unanswered send may have made known, and else the request.
func (p *PreAuthorisation) denied(env Env, reason string) {
	if !p.Request.DoubtAt.IsZero() && p.Reminted < maxReminted {
		p.Reminted++
		if p.freeze(env) == nil {
			return
		}
		reason = Configuration
	}
	p.State, p.Reason, p.EndedAt = Declined, reason, env.Now
}

// Opens reports that the token still opens WeChat's page.
func (p *PreAuthorisation) Opens(now time.Time) bool {
	return p.State == Given && now.Before(p.ExpiresAt)
}
