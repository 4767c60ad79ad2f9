// Package upkeep keeps the keys of WeChat accounts those of their files while a service runs: it reads merchants.yaml and
// the key files again, downloads platform certificates, and warns of certificates that end.
package upkeep

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
)

const (
	// LookEvery is the time between two looks at the files.
	LookEvery = 10 * time.Second
	// WarnEvery is the time between two warnings of one certificate.
	WarnEvery = 24 * time.Hour
)

// Kept is one account to keep.
type Kept struct {
	Account *wechatpay.Account
	// Ring is nil where nothing is verified: authinfo.
	Ring *wechatpay.KeyRing
}

// Deps are what upkeep works with.
type Deps struct {
	Merchants *merchant.Book
	Clock     clock.Clock
	// Meters show facepay_wechat_keys_refused (by account: 1 while the files hold what cannot be used),
	// facepay_wechat_keys_changed (counter), facepay_wechat_certificates_failed (by account: 1 after a download that failed)
	// and facepay_wechat_certificate_not_after_seconds (by account, kind and serial: unix time).
	Meters metric.MeterProvider
	Log    *slog.Logger
	// Expiring hears of a certificate that ends within 30 days, daily; nil for the log alone. It must not block for long.
	Expiring func(context.Context, wechatpay.ExpiryWarning)
}

// Parts are the parts that keep the accounts' keys: one that reads files, and one per ring that downloads certificates.
// Start them before whatever uses the keys. Errors are Terminal.
func Parts(d Deps, accounts ...Kept) ([]service.Part, error) {
	shown, err := newGauges(d.Meters, accounts)
	if err != nil {
		return nil, err
	}
	w := &watch{Deps: d, accounts: accounts, shown: shown, book: d.Merchants, told: map[string]string{}, warned: map[wechatpay.Certificate]time.Time{}}
	parts := []service.Part{service.Loop("key files", w.run)}
	for _, k := range accounts {
		if k.Ring != nil {
			parts = append(parts, downloads(d, k, shown))
		}
	}
	return parts, nil
}

// downloads fetches platform certificates, behind the requests and never inside one.
func downloads(d Deps, k Kept, shown *gauges) service.Part {
	account := k.Account.ID()
	return service.Loop("certificates of "+account, func(ctx context.Context) error {
		k.Ring.Run(ctx, func(err error) {
			shown.downloaded(account, err)
			if err != nil {
				d.Log.Error("platform certificates not refreshed", "account", account, service.KeyCode, fault.CodeOf(err), service.KeyError, err)
				return
			}
			for _, skipped := range k.Ring.Skipped() {
				d.Log.Warn("a platform certificate cannot be used", "account", account, service.KeyCode, fault.CodeOf(skipped), service.KeyError, skipped)
			}
		})
		return nil
	})
}
