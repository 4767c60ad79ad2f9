// Package identity asks WeChat for the UnionID of a face (wechat-protocol.md §4) and tells it, best effort: nothing waits
// for it, nothing of it is stored, and what a crash interrupts is lost.
package identity

import (
	"context"
	"log/slog"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/outbox"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/wechat"
)

// gaps are between the tries: all within a minute, since how long a face_sid lives is not documented.
var gaps = [...]time.Duration{0, time.Second, 5 * time.Second, 20 * time.Second}

// Names asks and tells.
type Names struct {
	Desks  map[string]*wechat.Desk
	Events outbox.Publisher
	Pool   *lane.Pool
	Clock  clock.Clock
	Log    *slog.Logger
	// Life ends when asking is to be given up.
	Life context.Context
}

// Name asks on a goroutine of its own, if the merchant's kiosks ask for UnionIDs and there is room. It is called once for a
// number.
func (n *Names) Name(merchant, outOrderNo, deviceID, faceSID string) {
	desk, known := n.Desks[merchant]
	if !known || !desk.AskUnionID() {
		return
	}
	said := []any{service.KeyMerchant, merchant, service.KeyOutOrderNo, outOrderNo}
	slot, err := n.Pool.Reserve(merchant)
	if err != nil {
		n.Log.Warn("user not identified: no room", said...)
		return
	}
	slot.Go(func() {
		unionID, told := n.ask(desk, faceSID)
		if unionID == "" {
			n.Log.Info("user not identified", append(said, "verdict", string(told))...)
			return
		}
		n.tell(&authinfov1.UserIdentified{
			Merchant: merchant, OutOrderNo: outOrderNo, DeviceId: deviceID, UnionId: unionID, OccurredAt: timestamppb.New(n.Clock.Now()),
		}, said)
	})
}

// ask repeats what has no answer.
func (n *Names) ask(desk *wechat.Desk, faceSID string) (unionID string, v wechatpay.Verdict) {
	for _, gap := range gaps {
		if n.Clock.Sleep(n.Life, gap) != nil {
			return "", wechatpay.Undecided
		}
		if unionID, v = desk.Identify(n.Life, faceSID); v != wechatpay.Undecided && v != wechatpay.TooFrequent {
			break
		}
	}
	return unionID, v
}

// tell publishes without an outbox, which would store the UnionID. Its id names the fact, so that a repeat is known.
func (n *Names) tell(m *authinfov1.UserIdentified, said []any) {
	id, err := event.FactID(m)
	if err != nil {
		n.Log.Error("user not told", append(said, service.KeyError, err)...)
		return
	}
	for _, gap := range gaps {
		if n.Clock.Sleep(n.Life, gap) != nil {
			break
		}
		var e event.Event
		if e, err = event.New(n.Life, id, m.GetOccurredAt().AsTime(), m); err == nil {
			err = n.Events.Publish(n.Life, e)
		}
		if err == nil {
			return
		}
	}
	n.Log.Warn("user not told", append(said, service.KeyError, err)...)
}
