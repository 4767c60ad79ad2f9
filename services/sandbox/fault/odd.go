package fault

import "slices"

// Faults of what an answer or a notice says beside the truth: words, types and fields that a client may meet one day. All
// are sound and executed; the book stays true.
const (
	// OddRiskFund: risk_fund.amount is a text, "10000". OddCount: a count is 1.0. OddSeq: seq of a detail is a text.
	// OddPromotionAmount: wechatpay_contribute of a promotion is a text, "50". OddPromotionObject: promotion_detail is one
	// object instead of a list; of refunds too.
	OddRiskFund        Kind = "odd_risk_fund"
	OddCount           Kind = "odd_count"
	OddSeq             Kind = "odd_seq"
	OddPromotionAmount Kind = "odd_promotion_amount"
	OddPromotionObject Kind = "odd_promotion_object"
	// OddSummary: the summary of a notice is an object.
	OddSummary Kind = "odd_summary"
	// UnknownState and UnknownCollectionState: state and collection.state are words that no API page has. A notice that says
	// so is followed by the truth.
	UnknownState           Kind = "unknown_state"
	UnknownCollectionState Kind = "unknown_collection_state"
	// UnknownEvent: the notice of a payment has an event_type that nobody knows; it is followed by the truth.
	UnknownEvent Kind = "unknown_event"
	// RefusalDetail: whatever the call is refused with, its detail is as the rule's detail says.
	RefusalDetail Kind = "refusal_detail"
)

// Detail is the shape that the detail of a refusal has (wechat-protocol.md §1.5: it varies).
type Detail string

const (
	DetailObject Detail = "object"
	DetailText   Detail = "text"
	DetailNumber Detail = "number"
	DetailNull   Detail = "null"
)

var details = []Detail{DetailObject, DetailText, DetailNumber, DetailNull}

var (
	// oddAtFirst can happen to an order without a payment, oddWhole to a whole order.
	oddAtFirst = []Kind{OddRiskFund, OddCount, UnknownState}
	oddWhole   = append([]Kind{OddSeq, OddPromotionAmount, OddPromotionObject, UnknownCollectionState}, oddAtFirst...)
)

// Odd reports a notice whose facts are true; only types that nobody needs are unusual.
func (k Kind) Odd() bool {
	return slices.Contains([]Kind{OddRiskFund, OddCount, OddSeq, OddPromotionAmount, OddPromotionObject, OddSummary}, k)
}

// validDetail: a rule about refusals needs a shape, any other fault of a call with a JSON answer may have one.
func (r Rule) validDetail() bool {
	if r.Detail == "" {
		return r.Kind != RefusalDetail
	}
	return slices.Contains(details, r.Detail) && slices.Contains(kindsOf(r.Operation), RefusalDetail)
}
