package consent

import (
	"time"
)

// Meaning is what an answer of WeChat says, in the words of this package.
type Meaning string

const (
	// Available: the user has authorised the service.
	Available Meaning = "available"
	// NotAvailable: not authorised, terminated, or pre-authorised and not completed (UNAVAILABLE, UNBINDUSER).
	NotAvailable Meaning = "not_available"
	// Unclear: authorised under our code, by a user whom the answer does not name.
	Unclear Meaning = "unclear"
	// Foreign: authorised under our code by another user.
	Foreign Meaning = "foreign"
	// Granted: the pre-authorisation is made, here is its token.
	Granted Meaning = "granted"
	// Later: not accepted, too fast, or not one byte left us.
	Later Meaning = "later"
	// Doubtful: the outcome is unknown.
	Doubtful Meaning = "doubtful"
	// Misconfigured: WeChat refuses our signature. A person mends that without our doing: alarm and go on trying.
	Misconfigured Meaning = "misconfigured"
	// Denied: a definite no, for Reason.
	Denied Meaning = "denied"
)

// Answer is one answer of WeChat.
type Answer struct {
	Op      Op
	Seq     int64
	Meaning Meaning
	// Reason is of Denied: Configuration or Rule.
	Reason string
	// Token is of Granted, sealed; SentAt is when its request was sent, so that its life is never overestimated.
	Token  Sealed
	SentAt time.Time
}

// Scribe writes the bytes of a pre-authorisation. It does no I/O; its error names field and rule.
type Scribe interface {
	PreAuthorise(serviceID, code string) ([]byte, error)
}

// Env is what one step needs from outside.
type Env struct {
	Now    time.Time
	Timers Timers
	Scribe Scribe
	// Code is a fresh agreement number, for when one is needed.
	Code string
}

// Answered takes an answer and reports whether it changed anything: one to a call that is not the next one any more does
// not.
func (c *Consent) Answered(env Env, a Answer) (Told, bool) {
	if c.State.Final() || a.Seq != c.Todo.Seq || a.Op != c.Todo.Op {
		return Nothing, false
	}
	if a.Op == OpPreAuthorise {
		return c.preAuthorised(env, a), true
	}
	return c.queried(env, a), true
}

// queried takes the answer to a query.
func (c *Consent) queried(env Env, a Answer) Told {
	switch {
	case a.Meaning == Available:
		return c.authorise(env, ByQuery)
	case a.Meaning == Unclear:
		round := c.Todo.Round // the gaps go on growing, should this be all that WeChat ever says
		c.next(OpQueryUser, env.Now)
		c.Todo.Round = round
		return Nothing
	case a.Meaning == Foreign:
		return c.end(env, Refused, OtherUser)
	case c.State == AwaitingUser:
		return c.waitOn(env, a)
	case a.Meaning == NotAvailable:
		return c.preAuthorise(env)
	case a.Meaning == Denied:
		return c.end(env, Refused, a.Reason)
	}
	return c.retry(env)
}

// preAuthorised takes the answer to a pre-authorisation.
func (c *Consent) preAuthorised(env Env, a Answer) Told {
	c.Request.SentAt = time.Time{}
	switch a.Meaning {
	case Granted:
		c.State, c.Token, c.ExpiresAt = AwaitingUser, a.Token, a.SentAt.Add(env.Timers.TokenLife)
		if c.Hint {
			c.next(OpQueryUser, env.Now)
		} else {
			c.next(OpQueryCode, env.Now.Add(gap(env.Timers.Poll, 0)))
		}
		return Awaited
	case Doubtful:
		c.Request.DoubtAt = env.Now // the identical bytes again: what they do if the first arrived is not written (§1.5)
	case Denied:
		if c.Request.DoubtAt.IsZero() || c.Reminted == maxReminted {
			return c.end(env, Refused, a.Reason)
		}
		// The first send may have made the code known to WeChat, which then refuses its repetition: its token is lost, the
		// code is given up and never used for anybody.
		c.Reminted++
		return c.preAuthorise(env)
	}
	return c.retry(env)
}

// maxReminted bounds the codes given up for one consent.
const maxReminted = 2

// preAuthorise freezes a request under a fresh code.
func (c *Consent) preAuthorise(env Env) Told {
	body, err := env.Scribe.PreAuthorise(c.ServiceID, env.Code)
	if err != nil { // nothing of the user is in it: the configuration breaks a rule
		return c.end(env, Refused, Configuration)
	}
	c.State, c.Code, c.Request = PreAuthorising, env.Code, Request{Body: body}
	c.next(OpPreAuthorise, env.Now)
	return Nothing
}

// retry plans the call once more, until nobody can be waiting any more.
func (c *Consent) retry(env Env) Told {
	if !env.Now.Before(c.ExpiresAt) {
		return c.end(env, Expired, TokenExpired)
	}
	c.again(env.Now.Add(gap(env.Timers.Retry, c.Todo.Round)))
	return Nothing
}

// waitOn goes on waiting for the user: by code until the token has ended, then once more about the user, who may have
// authorised the service by other ways.
func (c *Consent) waitOn(env Env, a Answer) Told {
	last := c.ExpiresAt.Add(env.Timers.Margin)
	switch {
	case env.Now.Before(last):
		at := env.Now.Add(gap(env.Timers.Poll, c.Todo.Round+1))
		if !at.Before(last) {
			c.next(OpQueryUser, last)
			return Nothing
		}
		round := c.Todo.Round + 1
		c.next(OpQueryCode, at)
		c.Todo.Round = round
		return Nothing
	case c.Todo.Op != OpQueryUser:
		c.next(OpQueryUser, env.Now)
		return Nothing
	case a.Meaning == NotAvailable, a.Meaning == Denied, !env.Now.Before(last.Add(env.Timers.Last)):
		return c.end(env, Expired, TokenExpired)
	}
	c.again(env.Now.Add(gap(env.Timers.Retry, c.Todo.Round)))
	return Nothing
}
