package issuer

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/face"

	"github.com/facepay-go/facepay/services/authinfo/internal/credential"
)

const (
	// Tries bounds the calls of one Ask. The call changes nothing at WeChat, so one without an answer is repeated.
	Tries = 2
	// Pause is between them.
	Pause = 200 * time.Millisecond
)

// WeChatDeps are what a WeChat works with.
type WeChatDeps struct {
	HTTP  *http.Client
	Clock clock.Clock
	// Nonce makes a nonce_str, unpredictable: crypto/rand.Text.
	Nonce func() string
	// Timeout bounds one call.
	Timeout time.Duration
	// Answers counts Asks by mch_id and outcome.
	Answers metric.Int64Counter
	Log     *slog.Logger
}

// WeChat asks get_wxpayface_authinfo on behalf of the account a terminal belongs to (wechat-protocol.md §2).
type WeChat struct {
	deps    WeChatDeps
	clients map[string]*face.Client // by mch_id, which is unique among accounts
}

// OpenWeChat asks on behalf of accounts that were loaded ToSignV2. Errors are Terminal and name account and field.
func OpenWeChat(accounts map[string]*wechatpay.Account, deps WeChatDeps) (WeChat, error) {
	w := WeChat{deps: deps, clients: map[string]*face.Client{}}
	options := wechatpay.Options{HTTP: deps.HTTP, Clock: deps.Clock, Nonce: deps.Nonce, Timeout: deps.Timeout}
	var broken []error
	for _, account := range accounts {
		client, err := face.New(account, options)
		if err != nil {
			broken = append(broken, err)
		}
		w.clients[account.MchID()] = client
	}
	return w, errors.Join(broken...)
}

// Ask gets a credential. Errors are those of the table in refusal.go, and Terminal of face.Ask.Validate.
func (w WeChat) Ask(ctx context.Context, t credential.Terminal, rawdata service.Secret) (face.Grant, error) {
	began := w.deps.Clock.Now()
	grant, tries, refused := w.repeat(ctx, t, rawdata)
	err := meaning(refused)
	outcome := outcomeOf(err)
	w.deps.Answers.Add(ctx, 1, metric.WithAttributes(attribute.String("mch_id", t.MchID), attribute.String("outcome", outcome)))
	line := []any{
		service.KeyMerchant, t.Merchant, "mch_id", t.MchID, "store_id", t.StoreID, "device_id", t.DeviceID,
		"outcome", outcome, "tries", tries, service.KeyElapsed, w.deps.Clock.Now().Sub(began),
	}
	level := slog.LevelInfo
	if alarming(refused) {
		// Who mends it needs WeChat's own words; the face client withholds them when they could hold a secret.
		level, line = slog.LevelError, append(line, "wechat_says", refused.Error())
	}
	w.deps.Log.Log(ctx, level, "asked WeChat for a credential", line...)
	return grant, err
}

func outcomeOf(err error) string {
	if err == nil {
		return "issued"
	}
	return fault.CodeOf(err)
}

func (w WeChat) repeat(ctx context.Context, t credential.Terminal, rawdata service.Secret) (face.Grant, int, error) {
	client, ok := w.clients[t.MchID]
	if !ok {
		return face.Grant{}, 0, fault.New(fault.Terminal, face.CodeConfig, "no APIv2 key was loaded for this account")
	}
	ask := face.Ask{
		StoreID: t.StoreID, StoreName: t.StoreName, DeviceID: t.DeviceID, Attach: t.Attach, RawData: string(rawdata.Bytes()),
		AppID: t.AppID, SubAppID: t.SubAppID, SubMchID: t.SubMchID,
	}
	for try := 1; ; try++ {
		grant, err := client.AuthInfo(ctx, ask)
		if err == nil || try == Tries || !repeatable(err) || w.deps.Clock.Sleep(ctx, Pause) != nil {
			return grant, try, err
		}
	}
}
