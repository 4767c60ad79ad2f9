// Package fault makes the sandbox misbehave on request. A Rule matches calls, deductions or notices and names what
// goes wrong; everything about it is data, so the same rules come from a file, the control API or a test.
package fault

import (
	"slices"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
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
	UnionID      Operation = "unionid"
	Deduct       Operation = "deduct"
	Notify       Operation = "notify"
)

// Kind is what goes wrong.
type Kind string

// Faults of a call. "Executed" means the book has changed although the caller cannot know.
const (
	// RiskRefused: 400 INVALID_REQUEST 综合评估不通过 (271300099), on create.
	RiskRefused Kind = "risk_refused"
	// UnfinishedOrder: 400 INVALID_REQUEST 存在未完结订单 (271299627), on create.
	UnfinishedOrder Kind = "unfinished_order"
	// CreatedState: the order is stored and answered 200 with state CREATED instead of DOING, on create.
	CreatedState Kind = "created_state"
	// DeductionRunning: 400 INVALID_REQUEST 单据正在扣款中 (271316754), on cancel.
	DeductionRunning Kind = "deduction_running"
	// UnregisteredDevice: return_code ERROR 该设备型号未登记, on authinfo.
	UnregisteredDevice Kind = "unregistered_device"
	// AuthinfoFailed: return_code SYSTEMERROR 生成authinfo失败, on authinfo.
	AuthinfoFailed Kind = "authinfo_failed"
	// TooFrequent: 429 FREQUENCY_LIMITED, not executed.
	TooFrequent Kind = "too_frequent"
	// SystemError: 500 SYSTEM_ERROR, not executed; SystemErrorAfter: the same, executed.
	SystemError      Kind = "system_error"
	SystemErrorAfter Kind = "system_error_after"
	// BadGateway: a gateway's 502 HTML page, not executed; BadGatewayAfter: the same, executed.
	BadGateway      Kind = "bad_gateway"
	BadGatewayAfter Kind = "bad_gateway_after"
	// Timeout: executed, no answer until the caller gives up.
	Timeout Kind = "timeout"
	// LostAnswer: executed, the connection is closed without an answer.
	LostAnswer Kind = "lost_answer"
	// Slow: executed after Delay.
	Slow Kind = "slow"
	// AnswerProbe: executed, the answer carries a signature probe (签名探测, wechat-protocol.md §7.4).
	AnswerProbe Kind = "answer_probe"
	// AnswerWrongKey: executed, the answer is signed by a key that is not the one it names.
	AnswerWrongKey Kind = "answer_wrong_key"
	// EarlyNotice: executed, deducted and notified before the answer is given, on complete.
	EarlyNotice Kind = "early_notice"
)

// Faults of a deduction.
const (
	// DeductionFails: this try collects nothing; the next comes later.
	DeductionFails Kind = "deduction_fails"
	// DeductionStops: nothing is collected and nothing is tried again until the user pays by hand.
	DeductionStops Kind = "deduction_stops"
)

// Faults of a notice (回调通知).
const (
	// Late: the first delivery comes after Delay.
	Late Kind = "late"
	// Twice: delivered again after it was accepted.
	Twice Kind = "twice"
	// Concurrent: Copies deliveries at the same moment.
	Concurrent Kind = "concurrent"
	// Never: not delivered at all.
	Never Kind = "never"
	// ProbeUndecodable and ProbeWrong: a signature probe goes before the delivery; its signature cannot be decoded, or
	// decodes and does not verify (wechat-protocol.md §11.6 a, b).
	ProbeUndecodable Kind = "probe_undecodable"
	ProbeWrong       Kind = "probe_wrong"
	// WrongKey: signed by a key that is not the one it names. Tampered: the body was changed after signing.
	WrongKey Kind = "wrong_key"
	Tampered Kind = "tampered"
)

var anyCall = []Kind{TooFrequent, SystemError, SystemErrorAfter, BadGateway, BadGatewayAfter, Timeout, LostAnswer, Slow, AnswerProbe, AnswerWrongKey}

// kindsOf says which faults make sense where.
func kindsOf(op Operation) []Kind {
	switch op {
	case Create:
		return append([]Kind{RiskRefused, UnfinishedOrder, CreatedState}, anyCall...)
	case Complete:
		return append([]Kind{EarlyNotice}, anyCall...)
	case Cancel:
		return append([]Kind{DeductionRunning}, anyCall...)
	case Query, Certificates, UnionID:
		return anyCall
	case Authinfo:
		return []Kind{UnregisteredDevice, AuthinfoFailed, BadGateway, Timeout, LostAnswer, Slow}
	case Deduct:
		return []Kind{DeductionFails, DeductionStops}
	case Notify:
		return []Kind{Late, Twice, Concurrent, Never, ProbeUndecodable, ProbeWrong, WrongKey, Tampered}
	}
	return nil
}

// Rule says when something goes wrong, and what.
type Rule struct {
	// ID names the rule; the sandbox gives it one.
	ID string `json:"id" yaml:"-"`
	// Operation and Kind are required and must fit.
	Operation Operation `json:"operation" yaml:"operation"`
	Kind      Kind      `json:"fault" yaml:"fault"`
	// OutOrderNo matches one number, OutOrderNoPrefix many, OpenID a user; empty matches all. A prefix lets scripted
	// kiosks choose a fault by the number they use.
	OutOrderNo       string `json:"out_order_no,omitempty" yaml:"out_order_no"`
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
	// Delay is for slow and late, milliseconds of the sandbox's clock.
	DelayMillis int64 `json:"delay_ms,omitempty" yaml:"delay_ms"`
	// Copies is for concurrent, 2..100.
	Copies int `json:"copies,omitempty" yaml:"copies"`
}

// Delay as a duration.
func (r Rule) Delay() time.Duration { return time.Duration(r.DelayMillis) * time.Millisecond }

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
	case (r.Kind == Slow || r.Kind == Late) != (r.DelayMillis > 0):
		return fault.Invalid("delay_ms", "fault_delay", "must be positive for slow and late, absent otherwise")
	case r.Kind == Concurrent && (r.Copies < 2 || r.Copies > 100), r.Kind != Concurrent && r.Copies != 0:
		return fault.Invalid("copies", "fault_copies", "must be 2..100 for concurrent, absent otherwise")
	}
	return nil
}

// Subject is what a rule is compared with.
type Subject struct {
	Operation                     Operation
	OutOrderNo, OpenID, EventType string
}

func (r Rule) matches(s Subject) bool {
	return r.Operation == s.Operation &&
		(r.OutOrderNo == "" || r.OutOrderNo == s.OutOrderNo) &&
		strings.HasPrefix(s.OutOrderNo, r.OutOrderNoPrefix) &&
		(r.OpenID == "" || r.OpenID == s.OpenID) &&
		(r.EventType == "" || r.EventType == s.EventType)
}
