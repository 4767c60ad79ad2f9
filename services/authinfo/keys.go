package authinfo

import (
	"crypto/rand"
	"errors"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/seal"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/userkey"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/upkeep"

	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/handle"
	"github.com/facepay-go/facepay/services/authinfo/internal/issuer"
	"github.com/facepay-go/facepay/services/authinfo/internal/wechat"
)

// keys are the service's secrets, opened, and who works with them.
type keys struct {
	vault handle.Vault
	users userkey.Key
	// accounts are by our id; parts keep their keys those of the files.
	accounts map[string]*wechatpay.Account
	// desks call WeChat's APIv3, by merchant.
	desks map[string]*wechat.Desk
	parts []service.Part
}

// openKeys opens the sealing keys, the secret of user_keys, and every account's private and verifying keys. Errors are
// Terminal.
func openKeys(cfg Config, d process.Deps) (k keys, err error) {
	sealing, err := seal.LoadKeys(cfg.SealKeys)
	if err != nil {
		return k, err
	}
	if k.vault.Sealer, err = seal.New(sealing, rand.Reader); err != nil {
		return k, err
	}
	if k.users, err = userkey.Load(cfg.UserKeyFile); err != nil {
		return k, err
	}
	if k.accounts, err = openAccounts(d.Merchants); err != nil {
		return k, err
	}
	tally, err := wechat.NewTally(d.Telemetry.Meters.Meter(Name))
	if err != nil {
		return k, err
	}
	desks, kept, err := wechat.Open(d.Merchants, k.accounts, wechat.Deps{
		HTTP: d.HTTP, Clock: d.Clock, Log: d.Log, Timeout: cfg.CallTimeout, Limits: cfg.Limits, Meters: d.Telemetry.Meters,
		NotifyURL: cfg.notifyURL, Tally: tally,
	})
	if err != nil {
		return k, err
	}
	k.desks = desks
	k.parts, err = upkeep.Parts(upkeep.Deps{Merchants: d.Merchants, Clock: d.Clock, Meters: d.Telemetry.Meters, Log: d.Log}, kept...)
	return k, err
}

// openAccounts opens the private, verifying and APIv2 keys of every account in use, by our id. All faults of all accounts
// are told at once.
func openAccounts(book *merchant.Book) (map[string]*wechatpay.Account, error) {
	all := map[string]*wechatpay.Account{}
	var faults []error
	for _, m := range book.Merchants() {
		a, _ := book.AccountOf(m.ID) // a valid book has it
		if all[a.ID] != nil {
			continue
		}
		account, err := wechatpay.LoadAccount(*a, wechatpay.ToCall, wechatpay.ToSignV2)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		all[a.ID] = account
	}
	return all, errors.Join(faults...)
}

// openIssuer is who asks WeChat for credentials, by the APIv2 keys.
func openIssuer(cfg Config, d process.Deps, k keys, credentials document.Credentials) (*issuer.Issuer, error) {
	answers, err := d.Telemetry.Meters.Meter(Name).Int64Counter("facepay_authinfo_wechat_answers")
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "telemetry", "making the answer counter")
	}
	weChat, err := issuer.OpenWeChat(k.accounts, issuer.WeChatDeps{
		HTTP: d.HTTP, Clock: d.Clock, Nonce: rand.Text, Timeout: cfg.WeChatTimeout, Answers: answers, Log: d.Log,
	})
	if err != nil {
		return nil, err
	}
	return issuer.New(cfg.CredentialMargin, cfg.Requests.Deadline, issuer.Deps{
		Credentials: credentials, WeChat: weChat, Sealer: k.vault.Sealer, Clock: d.Clock, Log: d.Log,
	}), nil
}
