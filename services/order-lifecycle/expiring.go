package lifecycle

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/outbox"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// tellExpiring publishes order.key_expiring for every merchant of a certificate's account. What does not go is told again
// tomorrow; the log has it today.
func tellExpiring(d process.Deps, events outbox.Publisher) func(context.Context, wechatpay.ExpiryWarning) {
	return func(ctx context.Context, w wechatpay.ExpiryWarning) {
		now := d.Clock.Now()
		for _, m := range d.Merchants.Merchants() {
			if m.WeChat.Account != w.Account {
				continue
			}
			if err := publishExpiring(ctx, events, m, w, now); err != nil {
				d.Log.WarnContext(ctx, "telling of a certificate's end", "account", w.Account, "serial", w.Serial, "error", err)
			}
		}
	}
}

func publishExpiring(ctx context.Context, events outbox.Publisher, m merchant.Merchant, w wechatpay.ExpiryWarning, now time.Time) error {
	zh, en := expiryText(w.Kind)
	// Replicas tell it at the same time: one event a day.
	e, err := event.New(ctx, event.NoticeID("key_expiring", m.ID, w.Serial, now.UTC().Format(time.DateOnly)), now, &orderv1.KeyExpiring{
		Merchant: m.ID, Serial: w.Serial, Account: w.Account, Kind: string(w.Kind), NotAfter: timestamppb.New(w.NotAfter),
		TextZh: zh, TextEn: en, OccurredAt: timestamppb.New(now),
	})
	if err != nil {
		return err
	}
	return events.Publish(ctx, e)
}

func expiryText(kind wechatpay.CertificateKind) (zh, en string) {
	if kind == wechatpay.MerchantCertificate {
		return "商户API证书即将到期：请在商户平台更换证书和私钥", "the merchant API certificate ends soon: renew certificate and key in the merchant portal"
	}
	return "微信支付平台证书即将到期且没有新证书：请检查证书下载，或切换到微信支付公钥",
		"WeChat's platform certificate ends soon and no successor came: check the download, or switch to the public key"
}
