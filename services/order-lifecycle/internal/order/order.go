// Package order is one PayScore order (支付分订单) with its refunds: states, what moves them, and amounts. It is pure: time comes
// in as an argument, calls to WeChat are wishes (Todo) that somebody else carries out and answers, and the bytes of a
// request come from a Scribe. machine.go shows every state and every fact on one screen.
//
// Invariants, held by invariants_test.go after every fact of the random lives:
//
//	I1  a final state never changes, except that proof of payment beats a local close
//	I2  a request that WeChat may have carried out has one frozen body: it changes only after a definite refusal, proved by a query
//	I3  Opened is emitted at most once, and only while the order is wanted
//	I4  PAID is reached only by proof of payment; an amount that differs from the command raises an alarm
//	I5  the total sent to WeChat obeys formula and cap, and only ever goes down
//	I6  a repeated fact changes nothing and emits nothing
//	I7  an order that is not final, and not of the back office alone, has something to do next; a wait without a definite answer is alarmed
//	I8  an order no longer wanted (aborted, opened too late) is cancelled and never completed
//	I9  the refunds of a payment that may reach the customer never exceed it, unless WeChat pays one out after its end or somebody else refunds: alarmed
//	I10 a request of the back office is answered once: by what became of it, or by its refusal
package order

import (
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// State is where an order stands for us.
type State string

// The states of an order.
const (
	// Attempt: facts are known, nothing was sent to WeChat.
	Attempt State = "ATTEMPT"
	// Authorising: a service without a face waits for authinfo to say that its user has authorised it.
	Authorising State = "AUTHORISING"
	// Opening: the create request is saved and may have been sent.
	Opening State = "OPENING"
	// AwaitingConfirm: WeChat holds a need-confirm order (CREATED) that its user has not confirmed.
	AwaitingConfirm State = "AWAITING_CONFIRM"
	// InService: WeChat holds the order (DOING/USER_CONFIRM), the door may open.
	InService State = "IN_SERVICE"
	// Completing: the complete request is saved and may have been sent.
	Completing State = "COMPLETING"
	// PaymentPending: WeChat collects (DOING/MCH_COMPLETE): an open receivable.
	PaymentPending State = "PAYMENT_PENDING"
	// Modifying: WeChat collects, and the request for a lower total is saved and may have been sent.
	Modifying State = "MODIFYING"
	// Syncing: WeChat collects, and the word that the customer paid elsewhere is saved and may have been sent.
	Syncing State = "SYNCING"
	// Collecting: WeChat collects, and the wish that it does so now is saved and may have been sent.
	Collecting State = "COLLECTING"
	// Withdrawing: WeChat collects, and a cancel after completion is saved and may have been sent.
	Withdrawing State = "WITHDRAWING"
	// Cancelling: the cancel request is saved and may have been sent.
	Cancelling State = "CANCELLING"
	// Paid: proof of payment is in. Final.
	Paid State = "PAID"
	// Free: done with nothing to pay. Final.
	Free State = "FREE"
	// Refused: no order exists at WeChat and none will. Final.
	Refused State = "REFUSED"
	// Revoked: cancelled at WeChat. Final.
	Revoked State = "REVOKED"
	// Expired: nobody confirmed a need-confirm order in WeChat's 30 days. Final.
	Expired State = "EXPIRED"
	// Abandoned: ended before anything was sent. Final.
	Abandoned State = "ABANDONED"
)

// Final reports whether nothing but a proof of payment can move the order any more.
func (s State) Final() bool {
	return s == Paid || s == Free || s == Refused || s == Revoked || s == Expired || s == Abandoned
}

// Owed reports whether WeChat collects: an open receivable (应收), whatever the back office is doing about it.
func (s State) Owed() bool {
	return s == PaymentPending || s == Modifying || s == Syncing || s == Collecting || s == Withdrawing
}

// held reports whether WeChat is known to hold the order, so that "not found" is an alarm.
func (s State) held() bool {
	return s == AwaitingConfirm || s == InService || s == Completing || s == Cancelling || s.Owed()
}

// Order is the aggregate. Fields are exported to be stored; only this package changes them.
type Order struct {
	Merchant   string
	OutOrderNo string
	State      State
	// Reason explains REFUSED, REVOKED and ABANDONED, snake_case.
	Reason string

	ServiceID, DeviceID, StoreID string
	Session                      Session
	Face                         Face
	// Wish is the accepted service_requested of an order without a face.
	Wish *Wish
	// Consent is authinfo's word on its user.
	Consent Consent
	// Unwanted says why the order must not be served though its create may still land; empty while it is wanted.
	Unwanted string
	// AbortID is the fact that asked for the end, AbortReason its reason, to be told to WeChat.
	AbortID, AbortReason string
	// Parked is a service_ended that came before its time.
	Parked *End
	// Ends are the ids of all ends that were accepted, also of those that waited in vain or that WeChat refused. They are kept
	// for ever: what was accepted once is known and answered whatever else is refused.
	Ends []string
	// Ended is the accepted end; its total is what we command WeChat to collect.
	Ended *End

	Create, Complete, Cancel Request
	// Package opens WeChat's page for the confirmation of a need-confirm order; worth nothing after an hour.
	Package string
	// Work is what the back office asked for and is under way.
	Work *Work
	// Superseded are the new amounts of a modify that was in doubt when another request took its place: it may still show.
	Superseded *End
	// Desk are the accepted requests of the back office, with what became of them.
	Desk []DeskRequest
	// Todo is the one next thing to do with the order itself; see Next.
	Todo Todo

	// OrderID is WeChat's number.
	OrderID string
	// StartedAt is the start of service as WeChat counts it, or when we learnt of it.
	StartedAt time.Time
	// KnownAt is when WeChat was asked what we know of the order: what answers an older question is older news.
	KnownAt time.Time
	// PaidFen is what was collected so far.
	PaidFen money.Fen
	// Collections are its parts.
	Collections []Collection
	// PendingSince is when WeChat began to collect; AgesTold counts the ages crossed since. DeductionNote is what
	// WeChat said last of a deduction that failed.
	PendingSince  time.Time
	AgesTold      int
	DeductionNote string
	// ServiceAgesTold counts the ages of the service that were told.
	ServiceAgesTold int
	// PaidElsewhere is what the customer paid by other means, as the back office said: a fact, whatever WeChat says to it.
	PaidElsewhere money.Fen
	// PaymentTold is true while a notification of a payment waits for the query that confirms it.
	PaymentTold bool

	// Refunds are what goes back, in the order they were asked for; RefundedFen is what went.
	Refunds     []Refund
	RefundedFen money.Fen

	// Rejections are the facts we refused, kept so that a repeat is not answered twice.
	Rejections []Rejection
	// Alarms are what a person was told, the last time of each code.
	Alarms []AlarmRaised
	// Steps are the states passed through.
	Steps []Step
	// Calls are the last 50 calls to WeChat; CallCount counts all.
	Calls     []Call
	CallCount int
}

// New is an order nobody knows anything of but its number.
func New(merchant, outOrderNo string) Order {
	return Order{Merchant: merchant, OutOrderNo: outOrderNo, State: Attempt}
}

// Session is what authinfo handed to the kiosk.
type Session struct {
	OpenedAt, ExpiresAt time.Time
	OutRequestNo        string
}

// Wish is an accepted service_requested.
type Wish struct {
	FactID string
	// FaceFactID is the face result SCAN_PAYMENT that came before it, if one did.
	FaceFactID string
	// Confirm is true for a need-confirm service: its user confirms the order itself.
	Confirm  bool
	RiskFund money.Fen
	Located  bool
	// Details is the fact as it came, for the Scribe. It names the user; nil once the create is frozen.
	Details []byte
}

// Consent is authinfo's word on the user of a service without a face; at most one of both.
type Consent struct {
	GrantedAt time.Time
	Denied    string
}

// Face is the accepted face result, or what stands for it in an order without a face.
type Face struct {
	FactID     string
	ReturnCode string
	ErrCode    int64
	RiskFund   money.Fen
	// Located is true when the create carried a start location, without which no end location may be sent.
	Located bool
	At      time.Time
}

// Step is one change of state.
type Step struct {
	At       time.Time
	From, To State
	// By is the fact that moved it.
	By string
}

// Collection is one collected part.
type Collection struct {
	TransactionID string
	Amount        money.Fen
	ByMerchant    bool
	PaidAt        time.Time
}

// same reports that both are one part; a time may be left out.
func (c Collection) same(other Collection) bool {
	return c.TransactionID == other.TransactionID && c.Amount == other.Amount && c.ByMerchant == other.ByMerchant
}

// Rejection is a fact that cannot be followed. RequestID is the back office's number, empty for a kiosk's fact.
type Rejection struct {
	At time.Time
	// SentAt is the time that the back office's last message of it carried.
	SentAt                                       time.Time
	Fact, FactID, RequestID, Code, Field, Reason string
}

// CompletedAt is when WeChat was first seen to collect: no complete call was later than that, however often it was sent
// (wechat-protocol.md §6.7 measures from the call). The zero time before.
func (o *Order) CompletedAt() time.Time {
	for i := len(o.Steps) - 1; i >= 0; i-- {
		if s := o.Steps[i]; s.To == PaymentPending && !s.From.Owed() {
			return s.At
		}
	}
	return time.Time{}
}

// packageLife is how long Package opens the page (wechat-protocol.md §6.2, §10.1).
const packageLife = time.Hour

// PackageEnds is when Package opens WeChat's page no more; the zero time for an order that never waited for its user.
func (o *Order) PackageEnds() time.Time {
	for i := len(o.Steps) - 1; i >= 0; i-- {
		if o.Steps[i].To == AwaitingConfirm {
			return o.Steps[i].At.Add(packageLife)
		}
	}
	return time.Time{}
}

// TransactionIDs are WeChat's numbers of the payments it collected.
func (o *Order) TransactionIDs() []string {
	var ids []string
	for _, c := range o.Collections {
		if !c.ByMerchant && c.TransactionID != "" {
			ids = append(ids, c.TransactionID)
		}
	}
	return ids
}

// Total is what we commanded WeChat to collect, 0 before the end.
func (o *Order) Total() money.Fen {
	if o.Ended == nil {
		return 0
	}
	return o.Ended.Total
}
