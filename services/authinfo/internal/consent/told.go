package consent

// Told is what others are told of a step.
type Told string

const (
	// Nothing is told.
	Nothing Told = ""
	// Awaited: the user has to authorise on the phone.
	Awaited Told = "awaited"
	// Ended: the consent is final.
	Ended Told = "ended"
)

// Opened is a verified notification that a user opened the authorisation of our service (wechat-protocol.md §7.3 A).
type Opened struct {
	// Code is the agreement number it names, "" for none.
	Code string
	// UserKey is the user's, made of what KnownAs says.
	UserKey string
	KnownAs KnownAs
	// Shows: nothing newer is known of this user's authorisation.
	Shows bool
}

// Notified takes a notification and reports whether it changed anything. One of our code and our user suffices; any other
// of this user only makes us ask at once, since it may be old.
func (c *Consent) Notified(env Env, o Opened) (Told, bool) {
	ours := c.Code != "" && o.Code == c.Code
	same := o.UserKey == c.UserKey
	switch {
	case c.State.Final() || !ours && !same:
		return Nothing, false
	case ours && same && o.Shows:
		return c.authorise(env, ByNotification), true
	case ours && !same && o.KnownAs == c.KnownAs:
		return c.end(env, Refused, OtherUser), true
	case c.State != AwaitingUser: // a call is under way, its answer is not to be lost; it may be older than this
		changed := !c.Hint
		c.Hint = true
		return Nothing, changed
	}
	c.next(OpQueryUser, env.Now)
	return Nothing, true
}

// authorise ends well.
func (c *Consent) authorise(env Env, by string) Told {
	c.KnownBy = by
	return c.end(env, Authorised, "")
}

// end makes the consent final and forgets what nobody needs any more.
func (c *Consent) end(env Env, s State, reason string) Told {
	c.State, c.Reason, c.EndedAt = s, reason, env.Now
	c.Todo = Todo{Seq: c.Todo.Seq + 1}
	c.User, c.Token, c.Request.Body = Sealed{}, Sealed{}, nil
	return Ended
}
