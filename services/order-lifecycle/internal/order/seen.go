package order

import (
	"fmt"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// Seen is the order as WeChat showed it, in an answer, a query or a notification.
type Seen struct {
	State, Description, Collection string
	// Total is nil when it was not shown.
	Total   *money.Fen
	PaidFen money.Fen
	Parts   []Collection
	OrderID string
	// StartedAt is zero when start_time was not a moment (OnAccept, a day).
	StartedAt time.Time
	ServiceID string
	// Package opens WeChat's page for the confirmation; only in the answer to a create of a need-confirm order.
	Package string
	// Differs names an identifying field of a notification that is not the order's: openid, order_id, mchid, appid, service_id
	// and the like; empty for none. What such a notification tells is confirmed by a query (wechat-protocol.md §7.2).
	Differs string
	// Told is true for a notification: it may be old, and it is confirmed by a query before it overrules what we know.
	Told bool
	// NewEvent is true for a notification of an event type that is not in the sheet (§7.1).
	NewEvent bool
}

// String is the triple in WeChat's words and the money: "DOING/MCH_COMPLETE USER_PAYING, 0 of 350 fen".
func (s Seen) String() string {
	text := s.State
	if s.Description != "" {
		text += "/" + s.Description
	}
	if s.Collection != "" {
		text += " " + s.Collection
	}
	if s.Total != nil {
		text += fmt.Sprintf(", %d of %d fen", s.PaidFen, *s.Total)
	}
	return text
}

// phase condenses the triple state + state_description + collection.state. wechat-protocol.md §6.9.
type phase uint8

const (
	isUnclear phase = iota // DOING without description (§6.4), DONE without proof or reason: ask again
	isUnknown              // a word that is not in the sheet: not final, alarm (§6.3)
	isCreated              // S1
	isServing              // S2
	isPending              // S3, S3'
	isPaid                 // S4, also the old sample's DOING + USER_PAID
	isFree                 // S5
	isRevoked              // S6
	isExpired              // S7
)

func (s Seen) phase() phase {
	switch {
	case s.Collection == "USER_PAID": // the only proof of money, whatever the state says
		return isPaid
	case s.Collection != "" && s.Collection != "USER_PAYING": // a new word says nothing yet, whatever the state
		return isUnknown
	case s.State == "CREATED":
		return isCreated
	case s.State == "DOING" && s.Description == "USER_CONFIRM":
		return isServing
	case s.State == "DOING" && s.Description == "MCH_COMPLETE":
		return isPending
	case s.State == "DONE" && s.Collection == "" && s.Total != nil && *s.Total == 0:
		return isFree
	case s.State == "REVOKED":
		return isRevoked
	case s.State == "EXPIRED":
		return isExpired
	case s.State == "DONE", s.State == "DOING" && s.Description == "":
		return isUnclear
	default:
		return isUnknown
	}
}

// itemised reports whether the parts explain what was paid and can be refunded: a part collected by WeChat has its
// transaction_id (§6.3).
func (s Seen) itemised() bool {
	parts := make([]money.Fen, len(s.Parts))
	for i, p := range s.Parts {
		if p.TransactionID == "" && !p.ByMerchant {
			return false
		}
		parts[i] = p.Amount
	}
	sum, err := money.Sum(parts...)
	return err == nil && sum == s.PaidFen
}
