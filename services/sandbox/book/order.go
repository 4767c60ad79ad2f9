// Package book is the provider's truth: service orders (支付分订单) with their money, users with their authorisations,
// and the calls received. It knows states and transitions (wechat-protocol.md §6.9) and stores them one document, one
// versioned write at a time. Formats of fields, codes and signatures are the business of package wechat.
package book

import (
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// States and their descriptions as they are on the wire (wechat-protocol.md §6.3).
const (
	Created = "CREATED"
	Doing   = "DOING"
	Done    = "DONE"
	Revoked = "REVOKED"
	Expired = "EXPIRED"

	UserConfirm = "USER_CONFIRM"
	MchComplete = "MCH_COMPLETE"
)

// Phase is what an order means to its user: it counts against the user's limits while it is in service or unpaid.
type Phase string

const (
	InService Phase = "in_service"
	Unpaid    Phase = "unpaid"
	Ended     Phase = "ended"
)

// Line is one line of post_payments or post_discounts; Amount is the line total in fen (wechat-protocol.md §6.1).
type Line struct {
	Name        string     `json:"name,omitempty"`
	Amount      *money.Fen `json:"amount,omitempty"`
	Description string     `json:"description,omitempty"`
	Count       *int       `json:"count,omitempty"`
}

// RiskFund is the order's risk amount (风险金额), fen.
type RiskFund struct {
	Name        string     `json:"name"`
	Amount      *money.Fen `json:"amount"`
	Description string     `json:"description,omitempty"`
}

// TimeRange holds compact Beijing times: 14 digits, or 8 for day precision.
type TimeRange struct {
	StartTime       string `json:"start_time,omitempty"`
	StartTimeRemark string `json:"start_time_remark,omitempty"`
	EndTime         string `json:"end_time,omitempty"`
	EndTimeRemark   string `json:"end_time_remark,omitempty"`
}

// Location is where the service starts and ends.
type Location struct {
	StartLocation string `json:"start_location,omitempty"`
	EndLocation   string `json:"end_location,omitempty"`
}

// Device names the machines at start and end.
type Device struct {
	StartDeviceID string `json:"start_device_id,omitempty"`
	EndDeviceID   string `json:"end_device_id,omitempty"`
	MaterielNo    string `json:"materiel_no,omitempty"`
}

// Payment is one collected amount, a line of collection.details.
type Payment struct {
	Amount        money.Fen
	TransactionID string
	At            time.Time
	// ByHand is true when the user paid an open order himself (主动支付) instead of being debited (自动扣款): the bill shows
	// the two differently (wechat-protocol.md §8.5).
	ByHand bool
	// ByMerchant is true when the merchant was paid elsewhere and said so (sync): WeChat collected nothing, there is no
	// TransactionID, and no bill shows it (wechat-protocol.md §6.7, §8.5).
	ByMerchant bool
	// TradeNo is the merchant order number (商户订单号) that WeChat makes for a deduction: not our out_order_no (§8.5).
	TradeNo string
}

// PaidType is who collected: NEWTON is WeChat, MCH the merchant (wechat-protocol.md §6.3).
func (p Payment) PaidType() string {
	if p.ByMerchant {
		return "MCH"
	}
	return "NEWTON"
}

// Order is one service order.
type Order struct {
	MchID, AppID, ServiceID, OutOrderNo string
	OrderID, OpenID                     string
	// SubMchID, SubAppID and SubOpenID are of a partner's order: MchID and AppID are the partner's.
	SubMchID, SubAppID, SubOpenID string
	Introduction                  string
	State, Description            string

	Items, Discounts  []Line
	RiskFund          RiskFund
	TimeRange         TimeRange
	Location          Location
	Device            Device
	Attach, NotifyURL string
	Package           string

	// Completed tells a total of 0 from no total yet.
	Completed bool
	Total     money.Fen
	Payments  []Payment

	// PaidAt is when something was collected last.
	CreatedAt, ConfirmedAt, CompletedAt, ModifiedAt, CancelledAt, PaidAt time.Time
	// Modifications counts how often the total was lowered.
	Modifications int

	// CreatedWith, CompletedWith and CancelledWith are digests of the parameters, to tell an identical repeat from
	// another request under the same number (wechat-protocol.md §1.5).
	CreatedWith, CompletedWith, CancelledWith string

	// ExpireAt is when an order that nobody confirms is EXPIRED; zero: never.
	ExpireAt time.Time

	// DeductAt is when the next automatic deduction is tried; zero: never.
	DeductAt    time.Time
	DeductTries int
}

// Phase is derived from the state.
func (o *Order) Phase() Phase {
	switch {
	case o.State == Doing && o.Description == MchComplete:
		return Unpaid
	case o.State == Doing:
		return InService
	}
	return Ended
}

// Paid is the sum of what was collected, fen.
func (o *Order) Paid() money.Fen {
	var sum money.Fen
	for _, p := range o.Payments {
		sum += p.Amount
	}
	return sum
}

// PaidElsewhere is the part of Paid that the merchant collected himself, fen.
func (o *Order) PaidElsewhere() money.Fen {
	var sum money.Fen
	for _, p := range o.Payments {
		if p.ByMerchant {
			sum += p.Amount
		}
	}
	return sum
}

// Key names the order in the store: numbers are unique per merchant.
func Key(mchID, outOrderNo string) string { return mchID + "/" + outOrderNo }
