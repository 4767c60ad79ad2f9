package upkeep

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// watch looks at the files of all accounts in turn.
type watch struct {
	Deps
	accounts []Kept
	shown    *gauges
	// book is the last merchants.yaml that was valid.
	book *merchant.Book
	// told is the trouble that was told last, by account and "" for merchants.yaml; warned is when of which certificate.
	told   map[string]string
	warned map[wechatpay.Certificate]time.Time
}

func (w *watch) run(ctx context.Context) error {
	for {
		w.look()
		w.warn(ctx)
		if w.Clock.Sleep(ctx, LookEvery) != nil {
			return nil
		}
	}
}

// look takes over what has changed and is whole.
func (w *watch) look() {
	fresh, err := w.book.Reread()
	w.tell("", err)
	if err == nil {
		w.book = fresh
	}
	for _, k := range w.accounts {
		changed, err := w.rekey(k.Account)
		if changed {
			w.shown.changed(k.Account.ID())
			w.Log.Info("other keys are in use", "account", k.Account.ID(), "merchant_serial", k.Account.Serial())
		}
		w.tell(k.Account.ID(), err)
		w.shown.refused(k.Account.ID(), err)
	}
}

func (w *watch) rekey(a *wechatpay.Account) (changed bool, err error) {
	configured, ok := w.book.Account(a.ID())
	if !ok {
		return false, fault.New(fault.Terminal, "account_gone", "merchants.yaml has no account %s any more: restart to be without it", a.ID())
	}
	return a.Rekey(*configured)
}

// tell logs trouble when it begins, becomes another, or ends; not at every look.
func (w *watch) tell(account string, err error) {
	now := ""
	if err != nil {
		now = err.Error()
	}
	before := w.told[account]
	w.told[account] = now
	what := "the keys in the files cannot be used, the old ones stay"
	if account == "" {
		what = "merchants.yaml cannot be used, the old one stays"
	}
	switch {
	case now != "" && now != before:
		w.Log.Error(what, "account", account, service.KeyCode, fault.CodeOf(err), service.KeyError, err)
	case now == "" && before != "":
		w.Log.Info("the files are whole again", "account", account)
	}
}

// warn tells of certificates that end, each once a day.
func (w *watch) warn(ctx context.Context) {
	now := w.Clock.Now()
	for _, k := range w.accounts {
		for _, e := range wechatpay.Expiring(now, wechatpay.Certificates(k.Account, k.Ring)) {
			if last, was := w.warned[e.Certificate]; was && now.Sub(last) < WarnEvery {
				continue
			}
			w.warned[e.Certificate] = now
			w.Log.Error("a certificate ends soon and has no successor", "account", e.Account, "kind", string(e.Kind), "serial", e.Serial,
				"not_after", e.NotAfter, "days_left", int(e.Left/(24*time.Hour)))
			if w.Expiring != nil {
				w.Expiring(ctx, e)
			}
		}
	}
}
