package order

import (
	"slices"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// note keeps what the session tells, whenever it comes.
func note(t *turn, f Fact) effect {
	s := f.(SessionOpened)
	if !t.Session.OpenedAt.IsZero() {
		return nothing
	}
	t.Session = Session{OpenedAt: s.OpenedAt, ExpiresAt: s.ExpiresAt, OutRequestNo: s.OutRequestNo}
	t.place(s.ServiceID, s.DeviceID, s.StoreID)
	if t.State == Attempt && t.Parked == nil && t.Todo.Op != OpQuery {
		t.awaitExpiry()
	}
	return changed
}

// awaitExpiry is the net below authinfo, which tells when the session expires.
func (t *turn) awaitExpiry() {
	t.Todo = Todo{Op: Think, At: t.Session.ExpiresAt.Add(t.env.Timers.ParkFor)}
}

// locate keeps where a face result came from: also its refusal has to find the way back to the kiosk.
func (t *turn) locate(f Fact) {
	switch f := f.(type) {
	case FaceSucceeded:
		t.place("", f.DeviceID, f.StoreID)
	case FaceFailed:
		t.place("", f.DeviceID, f.StoreID)
	}
}

// place keeps the first word on where the order belongs.
func (t *turn) place(service, device, store string) {
	for _, f := range []struct {
		field *string
		value string
	}{{&t.ServiceID, service}, {&t.DeviceID, device}, {&t.StoreID, store}} {
		if *f.field == "" {
			*f.field = f.value
		}
	}
}

// expire ends an attempt that nobody looked at.
func expire(t *turn, _ Fact) effect {
	return t.finish(Abandoned, "session_expired", WasAbandoned{"session_expired"})
}

// open accepts the face result: the create request is frozen and is to be sent.
func open(t *turn, f Fact) effect {
	face := f.(FaceSucceeded)
	t.locate(f)
	if t.Face.FactID != "" { // SCAN_PAYMENT came first
		return same(t, f)
	}
	if err := t.openable(face.ServiceID, face.RiskFund); err != nil {
		return t.reject(err)
	}
	t.place(face.ServiceID, face.DeviceID, face.StoreID)
	accepted := Face{
		FactID: face.ID, ReturnCode: "SUCCESS", RiskFund: face.RiskFund, Located: face.Located, At: t.env.Now.Add(-face.Waited),
	}
	if face.Waited > t.env.Timers.OpenWithin { // it waited for us: nothing is sent
		t.Face = accepted
		t.tooLate()
		return t.refuse(t.Unwanted)
	}
	body, err := t.env.Scribe.Create(t.Order, face.Details, t.env.Now)
	if err != nil {
		return t.reject(err)
	}
	t.Face = accepted
	return t.opening(body)
}

// closeAttempt accepts a face result that is no success. wechat-protocol.md §3.2.
func closeAttempt(t *turn, f Fact) effect {
	face := f.(FaceFailed)
	if t.Face.FactID != "" {
		return same(t, f)
	}
	t.place(face.ServiceID, face.DeviceID, face.StoreID)
	t.Face = Face{FactID: face.ID, ReturnCode: face.ReturnCode, ErrCode: face.ErrCode, At: t.env.Now}
	switch face.ReturnCode {
	case "USER_CANCEL":
		return t.finish(Abandoned, "user_cancel", WasAbandoned{"user_cancel"})
	case "SCAN_PAYMENT":
		if t.env.Terms.ServiceByPhone { // a service_requested under this number may follow; else the session's end ends it
			return t.think(t.env.Now.Add(t.env.Timers.ParkFor))
		}
		return t.refuse("scan_payment")
	case "ERROR":
		return t.refuse("face_error")
	default:
		return t.refuse("sdk_failure")
	}
}

// refuse ends the order before it existed.
func (t *turn) refuse(reason string) effect { return t.finish(Refused, reason, WasRefused{reason}) }

// same answers a second face result or service_requested: the first final one of a number wins.
func same(t *turn, f Fact) effect {
	t.locate(f)
	_, wish := f.(ServiceRequested)
	switch {
	case t.Face.FactID == "" && t.Wish == nil:
		return t.reject(fault.New(fault.Terminal, "order_closed", "the attempt ended as %s (%s)", t.State, t.Reason))
	case wish:
		return t.reject(fault.New(fault.Terminal, "service_requested_differs", "the number is in use; a new try needs a new number"))
	}
	return t.reject(fault.New(fault.Terminal, "face_result_differs", "another face result was accepted; a new try needs a new number"))
}

// park keeps a service_ended until the order can take it.
func park(t *turn, f Fact) effect {
	e := f.(ServiceEnded).End
	switch {
	case t.Unwanted != "":
		return t.reject(fault.New(fault.Terminal, "order_closed", "the order is given up (%s)", t.Unwanted))
	case t.Parked == nil:
		if err := t.roomForEnd(); err != nil {
			return t.reject(err)
		}
		t.wait(e)
		if t.State == Attempt && t.Todo.Op != OpQuery {
			t.Todo = Todo{Op: Think, At: t.env.Now.Add(t.env.Timers.ParkFor)}
		}
		return changed
	default:
		return over(t, f)
	}
}

// keptEnds bounds the ends of one order that are accepted, each of them after WeChat refused the one before, or after it waited
// in vain.
const keptEnds = 64

// roomForEnd refuses an end when too many were accepted before: what is accepted is kept for ever.
func (t *turn) roomForEnd() error {
	if len(t.Ends) >= keptEnds {
		return fault.New(fault.Terminal, "too_many_requests", "%d ends of this order were accepted and undone already: cancel it", keptEnds)
	}
	return nil
}

// wait parks an accepted end until its time.
func (t *turn) wait(e End) {
	t.keepEnd(e.FactID)
	t.Parked = &e
}

// keepEnd notes that an end is accepted.
func (t *turn) keepEnd(factID string) {
	if factID != "" && !slices.Contains(t.Ends, factID) {
		t.Ends = append(slices.Clip(t.Ends), factID)
	}
}

// over answers a service_ended that comes after another, or too late.
func over(t *turn, _ Fact) effect {
	if t.Ended != nil || t.Parked != nil {
		return t.reject(fault.New(fault.Terminal, "already_ended", "the service ended with other data"))
	}
	where := string(t.State)
	if t.Reason != "" {
		where += " (" + t.Reason + ")"
	}
	return t.reject(fault.New(fault.Terminal, "order_closed", "the order is %s", where))
}

// abandon ends an attempt before its face result.
func abandon(t *turn, f Fact) effect {
	t.aborted(f)
	return t.finish(Abandoned, "service_aborted", WasAbandoned{"service_aborted"})
}

// unwant notes that an order being opened is not wanted any more: it is opened to the definite answer, then cancelled.
func unwant(t *turn, f Fact) effect {
	if t.Parked != nil {
		return late(t, f)
	}
	if t.Create.Tries == 0 { // nothing left us yet
		return abandon(t, f)
	}
	if t.Unwanted != "" {
		return nothing
	}
	t.Unwanted = "service_aborted"
	t.aborted(f)
	return changed
}

// aborted keeps who asked for the end, and why.
func (t *turn) aborted(f Fact) {
	a := f.(ServiceAborted)
	t.AbortID, t.AbortReason = a.ID, a.Reason
}

// late answers a service_aborted after the service ended.
func late(t *turn, _ Fact) effect {
	return t.reject(fault.New(fault.Terminal, "already_ended", "the service ended; a cancel after completion is an order of the back office"))
}

// giveUp ends an attempt whose face result never came. A parked end waits its own time, which may be over earlier.
func giveUp(t *turn, _ Fact) effect {
	if t.unheardOf() {
		return t.rest()
	}
	if t.Face.ReturnCode == "SCAN_PAYMENT" { // the customer took the phone and never came back
		return t.refuse("scan_payment")
	}
	if t.Parked != nil {
		t.dropParked(fault.New(fault.Terminal, "no_face_result", "no face result came in time"))
		if t.env.Now.Before(t.Session.ExpiresAt) {
			t.awaitExpiry()
			return changed
		}
	}
	reason := "no_face_result"
	if !t.Session.ExpiresAt.IsZero() {
		reason = "session_expired"
	}
	return t.finish(Abandoned, reason, WasAbandoned{reason})
}

// end accepts a service_ended in service.
func end(t *turn, f Fact) effect {
	if t.Parked != nil {
		return over(t, f)
	}
	if err := t.roomForEnd(); err != nil {
		return t.reject(err)
	}
	return t.complete(f.(ServiceEnded).End)
}

// endNow takes a service_ended that waited: for the order to be opened, for its end time to lie behind its start.
func endNow(t *turn, _ Fact) effect {
	t.Todo = Todo{}
	if t.Parked == nil {
		return t.watch()
	}
	e := *t.Parked
	t.Parked = nil
	return t.complete(e)
}

// cancel ends a service in which nothing was delivered.
func cancel(t *turn, f Fact) effect {
	if t.Parked != nil {
		return late(t, f)
	}
	t.aborted(f)
	return t.revoke("service_aborted")
}

// complete checks an end and freezes the complete request.
func (t *turn) complete(e End) effect {
	refuse := func(err error) effect {
		t.rejectFact(Rejection{Fact: "service_ended", FactID: e.FactID}, err)
		return t.watch()
	}
	if t.env.Terms.Cap == 0 { // the service left the configuration while in use: nothing the gateway can mend
		t.alarm("service_not_configured")
		t.wait(e)
		return t.think(t.env.Now.Add(t.env.Timers.ParkFor))
	}
	if err := t.checkAmounts(e); err != nil {
		return refuse(err)
	}
	at, wait, err := t.endTime(e)
	if err != nil {
		return refuse(err)
	}
	if wait > 0 {
		t.wait(e)
		return t.think(t.env.Now.Add(wait))
	}
	body, err := t.env.Scribe.Complete(t.Order, e, at, t.env.Now)
	if err != nil {
		return refuse(err)
	}
	e.At = at
	t.keepEnd(e.FactID)
	t.Ended, t.Complete = &e, Request{Body: body}
	t.move(Completing)
	t.emit(IsCompleting{e.Total})
	return t.do(OpComplete, 0)
}

// endMargin keeps end_time before the moment of the call, as WeChat demands (§6.1).
const endMargin = 2 * time.Second

// endTime chooses the end_time to send: after the start, before now, to the second. A visit too short for that waits.
func (t *turn) endTime(e End) (at time.Time, wait time.Duration, err error) {
	now := t.env.Now
	latest := now.Add(-endMargin).Truncate(time.Second)
	earliest := t.StartedAt.Truncate(time.Second).Add(time.Second)
	at = e.At.Truncate(time.Second)
	switch {
	case e.At.IsZero():
		at = e.HeardAt.Truncate(time.Second)
	case e.At.After(now.Add(time.Minute)):
		return at, 0, fault.Invalid("end_time", "end_time_in_future", "lies more than a minute ahead")
	case e.At.Before(t.StartedAt.Add(-time.Minute)):
		return at, 0, fault.Invalid("end_time", "end_before_start", "lies before the service started")
	}
	if at.Before(earliest) {
		at = earliest
	}
	if earliest.After(latest) {
		return at, earliest.Sub(latest), nil
	}
	if at.After(latest) {
		at = latest
	}
	return at, 0, nil
}
