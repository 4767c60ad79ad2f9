package chaos

// misbehaviour is what the provider does wrong in how many of a thousand calls, deductions or notices.
type misbehaviour struct {
	operation, fault string
	perMille         int
	more             map[string]any
}

// rules is how the provider misbehaves towards everybody.
var rules = []misbehaviour{
	{operation: "create", fault: "lost_answer", perMille: 15},
	{operation: "create", fault: "system_error_after", perMille: 10},
	{operation: "create", fault: "bad_gateway", perMille: 10},
	{operation: "create", fault: "too_frequent", perMille: 10},
	{operation: "create", fault: "answer_wrong_key", perMille: 5},
	{operation: "create", fault: "timeout", perMille: 1},
	{operation: "create", fault: "risk_refused", perMille: 20},
	{operation: "create", fault: "unfinished_order", perMille: 5},
	{operation: "create", fault: "created_state", perMille: 3},
	{operation: "complete", fault: "lost_answer", perMille: 15},
	{operation: "complete", fault: "bad_gateway_after", perMille: 10},
	{operation: "complete", fault: "system_error", perMille: 10},
	{operation: "complete", fault: "early_notice", perMille: 20},
	{operation: "complete", fault: "answer_probe", perMille: 5},
	{operation: "complete", fault: "timeout", perMille: 1},
	{operation: "cancel", fault: "lost_answer", perMille: 50},
	{operation: "cancel", fault: "system_error", perMille: 50},
	{operation: "query", fault: "bad_gateway", perMille: 20},
	{operation: "query", fault: "answer_wrong_key", perMille: 10},
	{operation: "deduct", fault: "deduction_fails", perMille: 20},
	{operation: "notify", fault: "twice", perMille: 40},
	{operation: "notify", fault: "concurrent", perMille: 20, more: map[string]any{"copies": 4}},
	{operation: "notify", fault: "never", perMille: 20},
	{operation: "notify", fault: "late", perMille: 20, more: map[string]any{"delay_ms": 10_000}},
	{operation: "notify", fault: "probe_undecodable", perMille: 10},
	{operation: "notify", fault: "wrong_key", perMille: 10},
	{operation: "notify", fault: "tampered", perMille: 10},
}

// liveRules is how it misbehaves towards orders with a life of their own, before all else: the first rule that strikes
// wins. A deduction that takes longer leaves the back office time.
var liveRules = []misbehaviour{
	{operation: "create", fault: "expires_soon", perMille: 60, more: map[string]any{"delay_ms": 20_000}},
	{operation: "deduct", fault: "deduction_fails", perMille: 650},
	{operation: "deduct", fault: "deduction_partial", perMille: 80, more: map[string]any{"amount_fen": 37}},
	{operation: "deduct", fault: "deduction_stops", perMille: 60},
	{operation: "deduct", fault: "paid_by_hand", perMille: 40},
	{operation: "cancel", fault: "not_cancellable", perMille: 100},
	{operation: "cancel", fault: "deduction_running", perMille: 40},
	{operation: "cancel", fault: "paid_first", perMille: 60},
	{operation: "modify", fault: "lost_answer", perMille: 40},
	{operation: "modify", fault: "bad_gateway_after", perMille: 30},
	{operation: "modify", fault: "system_error", perMille: 40},
	{operation: "modify", fault: "timeout", perMille: 5},
	{operation: "modify", fault: "answer_wrong_key", perMille: 20},
	{operation: "modify", fault: "too_frequent", perMille: 20},
	{operation: "modify", fault: "deduction_running", perMille: 30},
	{operation: "modify", fault: "not_modifiable", perMille: 30},
	{operation: "modify", fault: "paid_first", perMille: 50},
	{operation: "sync", fault: "lost_answer", perMille: 50},
	{operation: "sync", fault: "system_error_after", perMille: 40},
	{operation: "sync", fault: "bad_gateway", perMille: 50},
	{operation: "sync", fault: "answer_tampered", perMille: 20},
	{operation: "sync", fault: "deduction_running", perMille: 30},
	{operation: "sync", fault: "collection_unclear", perMille: 40},
	{operation: "sync", fault: "paid_first", perMille: 120},
	{operation: "pay", fault: "lost_answer", perMille: 50},
	{operation: "pay", fault: "system_error", perMille: 50},
	{operation: "pay", fault: "early_notice", perMille: 60},
	{operation: "pay", fault: "no_permission", perMille: 30},
	{operation: "refund", fault: "lost_answer", perMille: 50},
	{operation: "refund", fault: "system_error_after", perMille: 30},
	{operation: "refund", fault: "bad_gateway", perMille: 40},
	{operation: "refund", fault: "timeout", perMille: 5},
	{operation: "refund", fault: "answer_of_another", perMille: 15},
	{operation: "refund", fault: "answer_tampered", perMille: 20},
	{operation: "refund", fault: "too_frequent", perMille: 20},
	{operation: "refund", fault: "early_notice", perMille: 40},
	{operation: "refund", fault: "not_enough", perMille: 20},
	{operation: "refund", fault: "user_account_abnormal", perMille: 15},
	{operation: "refund", fault: "payment_not_visible", perMille: 40},
	{operation: "refund_query", fault: "bad_gateway", perMille: 40},
	{operation: "refund_query", fault: "answer_of_nobody", perMille: 20},
	{operation: "refund_settle", fault: "late", perMille: 50, more: map[string]any{"delay_ms": 15_000}},
	{operation: "refund_settle", fault: "refund_abnormal", perMille: 40},
	{operation: "refund_settle", fault: "refund_closed", perMille: 40},
}

// phoneRules is how it misbehaves when asked about users, who have no order yet.
var phoneRules = []misbehaviour{
	{operation: "preauthorize", fault: "lost_answer", perMille: 40},
	{operation: "preauthorize", fault: "system_error", perMille: 40},
	{operation: "permission", fault: "bad_gateway", perMille: 40},
	{operation: "permission", fault: "lost_answer", perMille: 40},
	{operation: "permission", fault: "too_frequent", perMille: 20},
}

// allRules are the rules of a run in their order, as the sandbox takes them; lives is whether there are any.
func allRules(lives bool) []map[string]any {
	var all []map[string]any
	add := func(rules []misbehaviour, prefix string) {
		for _, r := range rules {
			rule := map[string]any{"operation": r.operation, "fault": r.fault, "per_mille": r.perMille}
			if prefix != "" {
				rule["out_order_no_prefix"] = prefix
			}
			for name, value := range r.more {
				rule[name] = value
			}
			all = append(all, rule)
		}
	}
	if lives {
		add(liveRules, livesPrefix)
		add(phoneRules, "")
	}
	add(rules, "")
	return all
}
