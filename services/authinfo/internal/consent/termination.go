package consent

import "time"

// Termination is the end of a user's authorisation (解除授权) that a caller asked for, kept for ever under its request_id.
// ASKING → ENDED | REFUSED. Once it is saved it is carried out, whoever still waits for it.
type Termination struct {
	State RequestState
	// RequestID and Digest are the request, kept for ever.
	RequestID, Digest string
	ServiceID         string
	// UserKey or Code names the authorisation.
	UserKey, Code string
	// User is the openid, sealed; empty once it is final, and when Code names the authorisation.
	User Sealed
	// Body is the frozen request, sealed: a partner's holds the openid. It is sent byte for byte, however often.
	Body Sealed
	// Request counts the sends; its own Body is not used.
	Request Request
	// AskedAt is when it was asked for, SentAt the first send, EndedAt when WeChat accepted or refused it.
	AskedAt, SentAt, EndedAt time.Time
	// Reason is set with REFUSED.
	Reason string
	// Todo is what comes next; zero when final.
	Todo Todo
}

const (
	// OpTerminate sends the frozen request (wechat-protocol.md §5.3).
	OpTerminate Op = "terminate"
	// OpQuery asks what became of it.
	OpQuery Op = "query"
)

const (
	// Accepted: WeChat ended the authorisation.
	Accepted Meaning = "accepted"
	// Contested: not in this state. A query tells: no authorisation, or unfinished orders.
	Contested Meaning = "contested"
)

const (
	// UnfinishedOrders: WeChat does not end it while the user has unfinished orders of the service (§5.3).
	UnfinishedOrders = "unfinished_orders"
	// NotAuthorised: there is no authorisation to end.
	NotAuthorised = "not_authorised"
)

// terminationRetry are the gaps; the last repeats for ever, since the user may have been told that it is done.
var terminationRetry = [...]time.Duration{time.Second, 3 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute, time.Hour}

// NewTermination is to be sent at once.
func NewTermination(requestID, digest, serviceID string, now time.Time) Termination {
	return Termination{
		State: Asking, RequestID: requestID, Digest: digest, ServiceID: serviceID, AskedAt: now,
		Todo: Todo{Op: OpTerminate, At: now, Seq: 1},
	}
}

// About names what a termination is about, for whoever is told that an authorisation ended.
func About(serviceID, userKey, code string) string {
	if code != "" {
		return "code/" + serviceID + "/" + code
	}
	return "user/" + serviceID + "/" + userKey
}

// Begin notes, before the send, that the request is about to be sent.
func (t *Termination) Begin(now time.Time) {
	if t.Todo.Op != OpTerminate {
		return
	}
	if !t.Request.SentAt.IsZero() {
		t.Request.DoubtAt = now
	}
	t.Request.Tries++
	t.Request.SentAt = now
	if t.SentAt.IsZero() {
		t.SentAt = now
	}
}

// Answered takes an answer and reports whether it changed anything.
func (t *Termination) Answered(now time.Time, a Answer) bool {
	if t.State != Asking || a.Seq != t.Todo.Seq || a.Op != t.Todo.Op {
		return false
	}
	doubt := !t.Request.DoubtAt.IsZero()
	if a.Op == OpTerminate {
		t.Request.SentAt = time.Time{}
	}
	switch {
	case a.Meaning == Accepted:
		t.end(now, Withdrawn, "")
	case a.Meaning == Contested, a.Op == OpTerminate && a.Meaning == Denied && doubt:
		t.plan(OpQuery, now, 0)
	case a.Meaning == Denied:
		t.end(now, Declined, a.Reason)
	case a.Meaning == Available:
		t.end(now, Declined, UnfinishedOrders)
	case a.Meaning == NotAvailable && doubt: // the send without an answer ended it
		t.end(now, Withdrawn, "")
	case a.Meaning == NotAvailable:
		t.end(now, Declined, NotAuthorised)
	default:
		if a.Meaning == Doubtful && a.Op == OpTerminate {
			t.Request.DoubtAt = now
		}
		t.plan(t.Todo.Op, now.Add(gap(terminationRetry[:], t.Todo.Round)), t.Todo.Round+1)
	}
	return true
}

func (t *Termination) plan(op Op, at time.Time, round int) {
	t.Todo = Todo{Op: op, At: at, Round: round, Seq: t.Todo.Seq + 1}
}

func (t *Termination) end(now time.Time, s RequestState, reason string) {
	t.State, t.Reason, t.EndedAt = s, reason, now
	t.Todo = Todo{Seq: t.Todo.Seq + 1}
	t.User, t.Body = Sealed{}, Sealed{}
}

// skew is how far WeChat's clock and ours may be apart, and how late its openorclose_time may be.
const skew = time.Minute

// Explains reports that a closing at that time, by WeChat's clock, is of this request and not of the user.
func (t *Termination) Explains(closedAt time.Time) bool {
	if t.SentAt.IsZero() || t.State == Declined || closedAt.Before(t.SentAt.Add(-skew)) {
		return false
	}
	return t.State == Asking || closedAt.Before(t.EndedAt.Add(skew))
}
