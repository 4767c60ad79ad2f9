package consent

import "time"

// Op is what is asked of WeChat.
type Op string

const (
	// OpQueryUser asks about the user (wechat-protocol.md §5.2).
	OpQueryUser Op = "query_user"
	// OpPreAuthorise sends the frozen pre-authorisation (§5.1).
	OpPreAuthorise Op = "pre_authorise"
	// OpQueryCode asks about our agreement number (§5.2).
	OpQueryCode Op = "query_code"
)

// Todo is the next call.
type Todo struct {
	Op Op
	// At is when it is due.
	At time.Time
	// Round counts the calls of this op before it that settled nothing, in a row.
	Round int
	// Seq names it among all of this consent: an answer to an older one is not taken.
	Seq int64
}

// Due reports that it is to be done now.
func (t Todo) Due(now time.Time) bool { return t.Op != "" && !t.At.After(now) }

// next plans another call.
func (c *Consent) next(op Op, at time.Time) { c.Todo = Todo{Op: op, At: at, Seq: c.Todo.Seq + 1} }

// again plans the same call once more.
func (c *Consent) again(at time.Time) {
	c.Todo = Todo{Op: c.Todo.Op, At: at, Round: c.Todo.Round + 1, Seq: c.Todo.Seq + 1}
}

// Request is one frozen request to WeChat.
type Request struct {
	// Body is what is sent, byte for byte, however often.
	Body []byte
	// Tries counts the sends, each before it is made.
	Tries int
	// SentAt is when a send was begun that is not answered yet; zero when none is under way.
	SentAt time.Time
	// DoubtAt is the last time an outcome was unknown; zero without doubt.
	DoubtAt time.Time
}

// Begin notes that the call Todo asks for is about to be made; for a pre-authorisation this is saved before the send. An
// earlier send that was never answered (its process died) may have arrived.
func (c *Consent) Begin(now time.Time) {
	if c.Todo.Op != OpPreAuthorise {
		return
	}
	if !c.Request.SentAt.IsZero() {
		c.Request.DoubtAt = now
	}
	c.Request.Tries++
	c.Request.SentAt = now
}

// Call is one call to WeChat, for the story.
type Call struct {
	At                            time.Time
	Op                            Op
	Meaning                       Meaning
	HTTPStatus                    int
	Code, InternalCode, RequestID string
}

// keptCalls is how many calls a document remembers.
const keptCalls = 50

// Note records a call.
func (c *Consent) Note(call Call) {
	c.CallCount++
	c.Calls = append(c.Calls, call)
	c.Calls = c.Calls[max(0, len(c.Calls)-keptCalls):]
}
