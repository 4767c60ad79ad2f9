package chaos

import (
	"context"
	"fmt"
	"net/http"
)

// rules is how the provider misbehaves: in how many of a thousand calls, deductions or notices.
var rules = []struct {
	operation, fault string
	perMille         int
	more             map[string]any
}{
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

// trouble tells the provider how to misbehave. It forgets that in a kill, so it is told again after each; each time with
// other dice, lest a short life know the same few faults.
func (k *killer) trouble(ctx context.Context) error {
	for i, r := range rules {
		rule := map[string]any{"operation": r.operation, "fault": r.fault, "per_mille": r.perMille, "seed": k.seed*1_000_000 + uint64(k.planted*len(rules)+i)}
		for name, value := range r.more {
			rule[name] = value
		}
		if err := k.city.insist(ctx, "planting faults", func(ctx context.Context) error { return k.city.gateway.AddFault(ctx, rule) }); err != nil {
			return err
		}
	}
	k.planted++
	return nil
}

// stopTrouble ends the provider's misbehaviour: from now on everything can come to its end.
func (k *killer) stopTrouble(ctx context.Context) error {
	return k.city.insist(ctx, "ending faults", func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodDelete, k.system.Control+"/control/wechat/faults", nil)
		if err != nil {
			return err
		}
		resp, err := k.city.gateway.HTTP.Do(req)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("the sandbox says %s", resp.Status)
		}
		return nil
	})
}
