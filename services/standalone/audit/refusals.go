package audit

import (
	"slices"
	"strconv"
	"strings"
)

// Every 4xx of the provider is one of three: it was planted, it was a race that no caller can win, or it could have been
// avoided, because its cause was known before the call was sent: a wrong formula or field, a cap, a state that our own
// record excludes, refunds less than a minute apart. The last kind must not happen.

// whims are the planted faults that are a refusal themselves, whatever was sent.
var whims = []string{
	"risk_refused", "unfinished_order", "too_frequent", "deduction_running", "not_cancellable", "not_modifiable", "collection_unclear",
	"no_permission", "not_enough", "user_account_abnormal", "payment_not_visible",
}

// race is a refusal that nobody could have foreseen.
type race struct {
	operations, codes []string
	// internal is the code behind the dash of the Request-ID; 0 is any.
	internal int64
	// where holds of the orders to which it can happen; nil is all.
	where   func(*Order) bool
	because string
}

// races are all of them. The journal has the codes, the book what came first.
var races = []race{
	{[]string{"query", "refund_query"}, []string{"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS"}, 0, nil,
		"asked whether a request arrived whose answer was lost"},
	{[]string{"permission"}, []string{"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS"}, 0, nil,
		"asked whether the user has authorised the service"},
	{[]string{"create"}, []string{"INVALID_REQUEST"}, userUnfinished, nil,
		"the user has other orders, which WeChat alone knows"},
	{[]string{"cancel"}, []string{"ORDER_DONE", "INVALID_REQUEST", "INVALID_ORDER_STATE"}, notCancellable, collected,
		"the deduction came before the cancel"},
	{[]string{"modify", "sync", "pay"}, []string{"ORDER_DONE"}, onlyPending, collected,
		"the deduction came first"},
	{[]string{"modify"}, []string{"INVALID_REQUEST"}, 0, inParts,
		"a part was collected meanwhile, above the new total"},
	{[]string{"cancel"}, []string{"INVALID_ORDER_STATE"}, 0, expired,
		"the order expired at WeChat, of which nobody is told"},
	{[]string{"complete", "cancel", "modify", "sync", "pay"}, []string{"ORDER_CANCELED"}, 0, cancelledByOthers,
		"the order was cancelled in the portal, of which nobody is told"},
}

// Internal codes (wechat-protocol.md §6.11).
const (
	userUnfinished = 271299627
	notCancellable = 271316592
	onlyPending    = 271316657
)

func collected(o *Order) bool { return o.Row.Paid > 0 }
func expired(o *Order) bool   { return o.Row.State == "EXPIRED" }
func inParts(o *Order) bool   { return len(o.Row.Payments) > 1 }
func cancelledByOthers(o *Order) bool {
	return o.said("revoked", func(s Said) bool { return s.Code == "by_provider" }) || o.Row.State == "REVOKED" && o.Received.Executed["cancel"] == 0
}

// excuse says why a refusal was not ours to avoid; "" when it was.
func (o *Order) excuse(c Call) string {
	if slices.Contains(whims, c.Fault) {
		return "planted: " + c.Fault
	}
	for _, r := range races {
		if slices.Contains(r.operations, c.Operation) && slices.Contains(r.codes, c.Code) && (r.internal == 0 || r.internal == c.internal()) &&
			(r.where == nil || r.where(o)) {
			return r.because
		}
	}
	return ""
}

// internal is WeChat's internal code, the number behind the dash of the Request-ID.
func (c Call) internal() int64 {
	_, text, _ := strings.Cut(c.RequestID, "-")
	code, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return code
}

// refusals counts the 4xx about the order by their excuse, and names those without one.
func (o *Order) refusals(count map[string]int) (avoidable []Breach) {
	for _, c := range o.Received.Refused {
		because := o.excuse(c)
		if because == "" {
			avoidable = append(avoidable, Breach{Avoidable, o.Number, c.String() + " could have been avoided"})
			continue
		}
		count[because]++
	}
	return avoidable
}

func (c Call) String() string {
	return c.Operation + ": " + strconv.Itoa(c.Status) + " " + c.Code + " (" + strconv.FormatInt(c.internal(), 10) + ")"
}
