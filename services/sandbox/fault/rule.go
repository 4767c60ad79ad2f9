// Package fault makes the sandbox misbehave on request. A Rule matches calls, deductions or notices and names what
// goes wrong; everything about it is data, so the same rules come from a file, the control API or a test.
package fault

import (
	"slices"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// Operation is what a rule can disturb.
type Operation string

const (
	Authinfo     Operation = "authinfo"
	Certificates Operation = "certificates"
	Create       Operation = "create"
	Query        Operation = "query"
	Complete     Operation = "complete"
	Cancel       Operation = "cancel"
	Modify       Operation = "modify"
	Sync         Operation = "sync"
	Pay          Operation = "pay"
	PreAuthorize Operation = "preauthorize"
	Permission   Operation = "permission"
	Terminate    Operation = "terminate"
	UnionID      Operation = "unionid"
	Deduct       Operation = "deduct"
	Notify       Operation = "notify"
)

// Rule says when something goes wrong, and what.
type Rule struct {
	// ID names the rule; the sandbox gives it one.
	ID string `json:"id" yaml:"-"`
	// Operation and Kind are required and must fit.
	Operation Operation `json:"operation" yaml:"operation"`
	Kind      Kind      `json:"fault" yaml:"fault"`
	// OutOrderNo matches one number, OutOrderNoPrefix many, OpenID a user; empty matches all. A prefix lets scripted
	// kiosks choose a fault by the number they use.
	OutOrderNo string `json:"out_order_no,omitempty" yaml:"out_order_no"`
	// MchID matches one merchant, in partner mode the partner.
	MchID            string `json:"mchid,omitempty" yaml:"mchid"`
	OutOrderNoPrefix string `json:"out_order_no_prefix,omitempty" yaml:"out_order_no_prefix"`
	OpenID           string `json:"openid,omitempty" yaml:"openid"`
	// EventType matches notices of one event_type, "PAYSCORE.USER_PAID"; empty matches all.
	EventType string `json:"event_type,omitempty" yaml:"event_type"`
	// Times is how often it happens at most, TimesPerOrder how often per out_order_no; 0 is always.
	Times         int `json:"times,omitempty" yaml:"times"`
	TimesPerOrder int `json:"times_per_order,omitempty" yaml:"times_per_order"`
	// PerMille is its probability in 1/1000 of matching calls; 0 is always. Seed makes the choice repeatable.
	PerMille int    `json:"per_mille,omitempty" yaml:"per_mille"`
	Seed     uint64 `json:"seed,omitempty" yaml:"seed"`
	// Delay is for slow, late, replayed and expires_soon, milliseconds of the sandbox's clock.
	DelayMillis int64 `json:"delay_ms,omitempty" yaml:"delay_ms"`
	// Copies is for concurrent, 2..100.
	Copies int `json:"copies,omitempty" yaml:"copies"`
	// Amount is what a deduction_partial collects and a refunded_in_portal gives back, and what a false_notice,
	// foreign_payer_notice, foreign_amount, row_amount or foreign_row says was paid; fen, above 0.
	Amount money.Fen `json:"amount_fen,omitempty" yaml:"amount_fen"`
	// Detail is the shape of a refusal's detail, "object", "text", "number" or "null": for refusal_detail, and for any other
	// fault of a call that is refused.
	Detail Detail `json:"detail,omitempty" yaml:"detail"`
	// Scenario names the scenario the rule came with, "" when none.
	Scenario string `json:"scenario,omitempty" yaml:"-"`
}

// Delay as a duration.
func (r Rule) Delay() time.Duration { return time.Duration(r.DelayMillis) * time.Millisecond }

// delayed and priced are the kinds that need delay_ms and amount_fen.
var (
	delayed = []Kind{Slow, Late, Replayed, ExpiresSoon}
	priced  = []Kind{DeductionPartial, RefundedInPortal, FalseNotice, ForeignPayerNotice, ForeignAmount, RowAmount, ForeignRow}
)

// Validate answers a Terminal error naming the field that is wrong.
func (r Rule) Validate() error {
	switch {
	case kindsOf(r.Operation) == nil:
		return fault.Invalid("operation", "fault_operation", "unknown operation %q", r.Operation)
	case !slices.Contains(kindsOf(r.Operation), r.Kind):
		return fault.Invalid("fault", "fault_kind", "%q cannot happen to %q", r.Kind, r.Operation)
	case r.PerMille < 0 || r.PerMille > 1000:
		return fault.Invalid("per_mille", "fault_per_mille", "must be 0..1000")
	case r.Times < 0 || r.TimesPerOrder < 0:
		return fault.Invalid("times", "fault_times", "must not be negative")
	case slices.Contains(delayed, r.Kind) != (r.DelayMillis > 0) || r.DelayMillis < 0:
		return fault.Invalid("delay_ms", "fault_delay", "must be positive for slow, late, replayed and expires_soon, absent otherwise")
	case r.Kind == Concurrent && (r.Copies < 2 || r.Copies > 100), r.Kind != Concurrent && r.Copies != 0:
		return fault.Invalid("copies", "fault_copies", "must be 2..100 for concurrent, absent otherwise")
	case slices.Contains(priced, r.Kind) != (r.Amount > 0) || r.Amount < 0:
		return fault.Invalid("amount_fen", "fault_amount", "must be positive for deduction_partial, refunded_in_portal, false_notice, foreign_payer_notice, foreign_amount, row_amount and foreign_row, absent otherwise")
	case !r.validDetail():
		return fault.Invalid("detail", "fault_detail", "must be object, text, number or null for refusal_detail, may be so for other faults of calls, absent otherwise")
	}
	return nil
}

// Subject is what a rule is compared with.
type Subject struct {
	Operation                     Operation
	MchID                         string
	OutOrderNo, OpenID, EventType string
}

func (r Rule) matches(s Subject) bool {
	return r.Operation == s.Operation &&
		(r.MchID == "" || r.MchID == s.MchID) &&
		(r.OutOrderNo == "" || r.OutOrderNo == s.OutOrderNo) &&
		strings.HasPrefix(s.OutOrderNo, r.OutOrderNoPrefix) &&
		(r.OpenID == "" || r.OpenID == s.OpenID) &&
		(r.EventType == "" || r.EventType == s.EventType) &&
		(!r.Kind.ofOrders() || s.OutOrderNo != "") &&
		(r.Kind != ForeignAmount || hasAmount(s.EventType)) &&
		(s.Operation != Notify || !r.Kind.ofPayments() || s.EventType == "PAYSCORE.USER_PAID")
}

// ofOrders reports a fault of notices that makes no sense for an authorisation.
func (k Kind) ofOrders() bool { return k == ForeignAmount || k == UnknownOrder || k == Reversed }

// ofPayments reports a fault of notices that makes sense for an order that was paid alone.
func (k Kind) ofPayments() bool {
	return slices.Contains([]Kind{ForeignOpenID, ForeignOrderID, UnknownEvent}, k) || slices.Contains(oddWhole, k)
}
