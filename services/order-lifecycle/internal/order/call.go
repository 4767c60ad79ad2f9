package order

import "time"

// Request is one frozen request to WeChat.
type Request struct {
	// Body is what is sent, byte for byte, however often.
	Body []byte
	// Tries counts the sends, each before it is made: 0 means that nothing left us.
	Tries int
	// SentAt is when a send was begun that is not answered yet; zero when none is under way.
	SentAt time.Time
	// DoubtAt is the last time an outcome was unknown: the request may have been carried out. Zero without doubt.
	DoubtAt time.Time
	// Refusal is a definite no that still waits for its proof by a query.
	Refusal string
}

// Call is one call to WeChat, for the order's story.
type Call struct {
	At time.Time
	Op Op
	// Refund is the request_id of the refund it was about; empty for the order itself.
	Refund  string
	Verdict string
	// HTTPStatus is 0 when no answer came.
	HTTPStatus                    int
	Code, InternalCode, RequestID string
	// Saw is the order as the answer showed it; empty when it showed none.
	Saw  string
	Took time.Duration
}

// keptCalls is how many calls a document remembers.
const keptCalls = 50

// Next is the nearest thing to do with the order or one of its refunds; zero for nothing.
func (o *Order) Next() Todo {
	next := o.Todo
	for i := range o.Refunds {
		if todo := o.Refunds[i].Todo; todo.Op != "" && (next.Op == "" || todo.At.Before(next.At)) {
			next = todo
		}
	}
	return next
}

// Plans reports whether todo is still planned.
func (o *Order) Plans(todo Todo) bool {
	if todo.Refund == "" {
		return o.Todo.Same(todo)
	}
	r := o.refund(todo.Refund)
	return r != nil && r.Todo.Same(todo)
}

// Begin notes that the request Next asks for is about to be sent; it is saved before the send. An earlier send that was
// never answered (its process died) may have been carried out: from now on the request is in doubt.
func (o *Order) Begin(now time.Time) {
	r := o.request(o.Next())
	if r == nil {
		return
	}
	if !r.SentAt.IsZero() {
		r.DoubtAt = now
	}
	r.SentAt = now
	r.Tries++
}

// Refresh sees to it that a create which is about to be sent begins in the future (wechat-protocol.md §6.1): one that waited for
// room, or was turned away for now, would be refused. Its bytes are replaced only while WeChat can have carried out none of
// its sends.
func (o *Order) Refresh(s Scribe, now time.Time) {
	if o.State == Opening && o.Next().Op == OpCreate && o.Create.SentAt.IsZero() && o.Create.DoubtAt.IsZero() {
		o.Create.Body = s.StartLater(o.Create.Body, now)
	}
}

// UnderWay reports whether the request Next asks for was begun less than claim ago and is not answered: somebody may be
// sending it this moment.
func (o *Order) UnderWay(now time.Time, claim time.Duration) bool {
	r := o.request(o.Next())
	return r != nil && !r.SentAt.IsZero() && now.Before(r.SentAt.Add(claim))
}

// LookFirst turns a modify or a sync that was begun and never answered into a query: nothing is written about repeating them
// (wechat-protocol.md §1.5), so what became of it is asked for before it is sent again. It reports whether it did.
func (o *Order) LookFirst(now time.Time) bool {
	w := o.Work
	if w == nil || w.Op != OpModify && w.Op != OpSync || o.Next().Op != w.Op || w.Request.SentAt.IsZero() {
		return false
	}
	w.Request.DoubtAt, w.Request.SentAt = now, time.Time{}
	o.Todo = Todo{Op: OpQuery, At: now, Round: o.Todo.Round}
	return true
}

// About names what the present request of op is sent for, where an order can have one after another: the service_ended of a
// complete, the back office's request_id of a work. An answer that comes when another has replaced it says nothing of that one.
func (o *Order) About(op Op) string {
	switch {
	case op == OpComplete && o.Ended != nil:
		return o.Ended.FactID
	case o.Work != nil && op == o.Work.Op:
		return o.Work.RequestID
	}
	return ""
}

// Send names one send of a request: what it is for, and which of its sends it is.
type Send struct {
	About string
	Try   int
}

// Send is the present send of what todo asks for.
func (o *Order) Send(todo Todo) Send {
	s := Send{About: o.About(todo.Op)}
	if r := o.request(todo); r != nil {
		s.Try = r.Tries
	}
	return s
}

// Note records a call that was answered, or given up. Another send of the same request, by who took over, stays under way.
func (o *Order) Note(c Call, s Send) {
	todo := Todo{Op: c.Op, Refund: c.Refund}
	if r := o.request(todo); r != nil && s == o.Send(todo) {
		r.SentAt = time.Time{}
	}
	o.CallCount++
	o.Calls = append(o.Calls, c)
	o.Calls = o.Calls[max(0, len(o.Calls)-keptCalls):]
}

// Sends reports whether op sends a frozen request; a query and a thought change nothing at WeChat.
func (op Op) Sends() bool {
	return op != OpQuery && op != OpAskRefund && op != Think && op != ""
}

// request is the frozen request of todo, nil when it sends none.
func (o *Order) request(todo Todo) *Request {
	switch todo.Op {
	case OpCreate:
		return &o.Create
	case OpComplete:
		return &o.Complete
	case OpCancel:
		return &o.Cancel
	case OpModify, OpSync, OpCollect, OpWithdraw:
		if o.Work != nil && o.Work.Op == todo.Op {
			return &o.Work.Request
		}
	case OpRefund:
		if r := o.refund(todo.Refund); r != nil {
			return &r.Request
		}
	}
	return nil
}
