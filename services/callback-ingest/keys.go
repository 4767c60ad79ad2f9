package callbackingest

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/door"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/wire"
)

// openKeys opens the keys of every WeChat account, and makes one part per account that keeps its ring fresh. All faults
// of all accounts are told at once.
func openKeys(cfg Config, deps process.Deps) (map[string]door.Keys, []service.Part, error) {
	accounts := map[string]door.Keys{}
	var parts []service.Part
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
		parts = append(parts, refresh(account.ID(), ring, deps.Log))
	}
	return accounts, parts, errors.Join(faults...)
}

// refresh downloads platform certificates, behind the requests and never inside one.
func refresh(account string, ring *wechatpay.KeyRing, log *slog.Logger) service.Part {
	return service.Loop("keys of "+account, func(ctx context.Context) error {
		ring.Run(ctx, func(err error) {
			if err != nil {
				log.Error("platform certificates not refreshed", "account", account, service.KeyCode, fault.CodeOf(err), service.KeyError, err)
			}
		})
		return nil
	})
}

// openUserKey reads the secret that names users; SHA-256 wants at least as many bytes as it gives.
func openUserKey(cfg Config) (wire.UserKey, error) {
	secret, err := service.SecretFile(cfg.UserKeyFile, service.Between(32, 1024))
	if err != nil {
		return wire.UserKey{}, err
	}
	return wire.NewUserKey(secret), nil
}
