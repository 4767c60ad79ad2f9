package order

import (
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// Fact is something that happened outside; it belongs to one column of the machine.
type Fact interface{ column() column }

// SessionOpened: authinfo handed out the number.
type SessionOpened struct {
	DeviceID, StoreID, ServiceID, OutRequestNo string
	OpenedAt, ExpiresAt                        time.Time
}

// SessionExpired: no face result came in time.
type SessionExpired struct{}

// FaceSucceeded: the kiosk reports SUCCESS. That is no proof of anything (the device is not trusted); WeChat's answer is.
type FaceSucceeded struct {
	ID                           string
	ServiceID, DeviceID, StoreID string
	RiskFund                     money.Fen
	Located                      bool
	// Waited is how long the fact lay in its stream: the customer stood there all that time.
	Waited time.Duration
	// Details is the fact as it came, for the Scribe. It names the user and is not kept.
	Details []byte
}

// FaceFailed: the kiosk reports anything but SUCCESS. wechat-protocol.md §3.2.
type FaceFailed struct {
	ID                           string
	ServiceID, DeviceID, StoreID string
	ReturnCode                   string
	ErrCode                      int64
}

// ServiceEnded: the goods are out and counted.
type ServiceEnded struct{ End End }

// ServiceAborted: nothing was delivered.
type ServiceAborted struct {
	ID string
	// Reason is the gateway's own word for WeChat, at most 30 characters; empty takes ours.
	Reason string
}

// ServiceRequested: a customer wants the service without a face.
type ServiceRequested struct {
	ID                           string
	ServiceID, DeviceID, StoreID string
	RiskFund                     money.Fen
	Located                      bool
	// Waited is how long the fact lay in its stream.
	Waited time.Duration
	// Details is the fact as it came, for the Scribe.
	Details []byte
}

// ServiceAuthorised: authinfo says that the user of a ServiceRequested has authorised the service. Waited is as in
// FaceSucceeded: so long ago.
type ServiceAuthorised struct{ Waited time.Duration }

// ServiceDenied: authinfo says that he has not and will not have.
type ServiceDenied struct{ Reason string }

// DeskAsk is what all requests of the back office have: the fact's id, their own number, a reason for WeChat, and when this
// message was sent, which is no part of the fact.
type DeskAsk struct {
	FactID, RequestID, Reason string
	SentAt                    time.Time
}

// CancelAsked: the back office wants the order cancelled at no charge, also while WeChat collects.
type CancelAsked struct{ DeskAsk }

// ModifyAsked: the back office wants a lower total. New.At is not used.
type ModifyAsked struct {
	DeskAsk
	New End
}

// ElsewherePaid: the customer paid by other means. Amount is the whole, or what WeChat has not collected; 0 is the whole.
type ElsewherePaid struct {
	DeskAsk
	PaidAt time.Time
	Amount money.Fen
}

// CollectAsked: WeChat is to deduct now.
type CollectAsked struct{ DeskAsk }

// RefundAsked: a payment, or a part of it, is to go back. TransactionID may be empty when there is one payment only.
type RefundAsked struct {
	DeskAsk
	TransactionID string
	Amount        money.Fen
}

// End is how a service ended. It is stored while it waits and when it is accepted.
type End struct {
	FactID string
	Total  money.Fen
	// Lines are the amounts of post_payments, Discounts those of post_discounts.
	Lines, Discounts []money.Fen
	// At is the stop-the-clock time; zero means when we heard of it.
	At time.Time
	// HeardAt is when we heard of it.
	HeardAt time.Time
	// Details is the fact as it came, for the Scribe.
	Details []byte
}

// Answered is WeChat's answer to a request of ours.
type Answered struct {
	Op      Op
	Verdict Verdict
	// AskedIn is the state the order was in when it asked: the answer to a query is worth nothing in another one.
	AskedIn State
	// AskedAt is when we began to ask; zero for just now.
	AskedAt time.Time
	// About is what the request was sent for (see Order.About); empty when an order has only one request of its kind.
	About string
	// Reason is the refusal's code: risk, user_unfinished_orders, not_authorised, rule, configuration, …
	Reason string
	// Seen is the order in the answer; nil when there is none.
	Seen *Seen
	// After is the wait WeChat asks for; 0 leaves it to our timers.
	After time.Duration
	// Unreadable is true when WeChat answered yes and the answer could not be read: its Verdict is Unknown.
	Unreadable bool
}

// Observed is the order as WeChat told it in a notification.
type Observed struct{ Seen Seen }

// TimePassed: the moment of Todo has come and Todo is to think again.
type TimePassed struct{}

func (SessionOpened) column() column  { return "session" }
func (SessionExpired) column() column { return "expired" }
func (FaceSucceeded) column() column  { return "face_ok" }
func (FaceFailed) column() column     { return "face_no" }
func (ServiceEnded) column() column   { return "ended" }
func (ServiceAborted) column() column { return "aborted" }
func (Observed) column() column       { return "told" }
func (TimePassed) column() column     { return "time" }

func (ServiceRequested) column() column  { return "wanted" }
func (ServiceAuthorised) column() column { return "granted" }
func (ServiceDenied) column() column     { return "denied" }

func (CancelAsked) column() column   { return "cancel" }
func (ModifyAsked) column() column   { return "modify" }
func (ElsewherePaid) column() column { return "elsewhere" }
func (CollectAsked) column() column  { return "collect" }
func (RefundAsked) column() column   { return "refund" }

func (a CancelAsked) ask() DeskAsk   { return a.DeskAsk }
func (a ModifyAsked) ask() DeskAsk   { return a.DeskAsk }
func (a ElsewherePaid) ask() DeskAsk { return a.DeskAsk }
func (a CollectAsked) ask() DeskAsk  { return a.DeskAsk }
func (a RefundAsked) ask() DeskAsk   { return a.DeskAsk }

func (a Answered) column() column {
	if a.Op == OpQuery {
		return "query"
	}
	return "answer"
}

// Op is a request to WeChat.
type Op string

// The requests, and Think: no request, only time.
const (
	OpCreate   Op = "create"
	OpComplete Op = "complete"
	OpCancel   Op = "cancel"
	OpQuery    Op = "query"
	// OpModify, OpSync, OpCollect and OpWithdraw (a cancel after completion) send Work.
	OpModify   Op = "modify"
	OpSync     Op = "sync"
	OpCollect  Op = "collect"
	OpWithdraw Op = "withdraw"
	// OpRefund sends a refund, OpAskRefund asks about it.
	OpRefund    Op = "refund"
	OpAskRefund Op = "query_refund"
	Think       Op = "think"
)

// Verdict is what an answer means, three-valued at heart: yes, no, unknown.
type Verdict uint8

const (
	// Unknown: it may or may not have been carried out (timeout, 5xx, unverifiable answer).
	Unknown Verdict = iota
	// Accepted: it was carried out; Seen is the order.
	Accepted
	// Refusal: it was not carried out and never will be, with these bytes.
	Refusal
	// Ask: the code says something is different from what we think; only a query tells.
	Ask
	// NotNow: it was not carried out; the same bytes later may be.
	NotNow
	// Misconfigured: it was not carried out because of our keys or rights; a person must act, then the same bytes may do.
	Misconfigured
	// Missing: WeChat does not know the order.
	Missing
	// NotOurs: the number exists at WeChat with other content.
	NotOurs
)

var verdictNames = [...]string{"unknown", "accepted", "refused", "ask", "not_now", "misconfigured", "missing", "not_ours"}

func (v Verdict) String() string { return verdictNames[v] }

// Todo is the next thing to do with an order, and when. The zero value is nothing.
type Todo struct {
	Op Op
	At time.Time
	// Refund is the request_id of the refund it is about; empty for the order itself.
	Refund string
	// Round counts the requests in a row that settled nothing; the gaps grow with it.
	Round int
}

// Same reports whether both are one plan; the store keeps milliseconds.
func (t Todo) Same(other Todo) bool {
	return t.Op == other.Op && t.Refund == other.Refund && t.Round == other.Round && t.At.UnixMilli() == other.At.UnixMilli()
}
