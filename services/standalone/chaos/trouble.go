package chaos

import (
	"context"
	"fmt"
	"net/http"
)

// trouble tells the provider how to misbehave. It forgets that in a kill, so it is told again after each; each time with
// other dice, lest a short life know the same few faults.
func (k *killer) trouble(ctx context.Context) error {
	rules := allRules(k.lives)
	for i, rule := range rules {
		rule["seed"] = k.seed*1_000_000 + uint64(k.planted*len(rules)+i)
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
