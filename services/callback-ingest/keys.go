package callbackingest

import (
	"crypto/rand"
	"errors"

	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/upkeep"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/door"
)

// openKeys opens the keys of every WeChat account, and makes the parts that keep them those of their files. All faults of
// all accounts are told at once.
func openKeys(cfg Config, deps process.Deps) (map[string]door.Keys, []service.Part, error) {
	accounts := map[string]door.Keys{}
	var kept []upkeep.Kept
	var faults []error
	for _, a := range deps.Merchants.Accounts() {
		account, err := wechatpay.LoadAccount(a, wechatpay.ToReceive)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		ring, err := wechatpay.NewKeyRing(account, wechatpay.Options{
			HTTP: deps.HTTP, Clock: deps.Clock, Nonce: rand.Text, Timeout: cfg.WeChatTimeout,
		})
		if err != nil {
			faults = append(faults, err)
			continue
		}
		accounts[account.ID()] = door.Keys{Ring: ring, APIv3: account.APIv3()}
		kept = append(kept, upkeep.Kept{Account: account, Ring: ring})
	}
	parts, err := upkeep.Parts(upkeep.Deps{
		Merchants: deps.Merchants, Clock: deps.Clock, Meters: deps.Telemetry.Meters, Log: deps.Log,
	}, kept...)
	return accounts, parts, errors.Join(append(faults, err)...)
}
