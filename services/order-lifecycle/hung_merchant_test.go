package lifecycle_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/service/servicetest"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	lifecycle "github.com/facepay-go/facepay/services/order-lifecycle"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

// twoMerchants have a provider each: hung's is the first.
func twoMerchants(t *testing.T, hung, lively merchant.Account) *merchant.Book {
	t.Helper()
	account := func(id, mchID string, a *merchant.WeChatAccount) string {
		return fmt.Sprintf("  - {id: %s, wechat: {mchid: %q, merchant_serial: %q, private_key_file: %s, apiv2_key_file: %s, apiv3_key_file: none, public_keys: [{id: %s, file: %s}], api_url: %s, face_url: %s}}\n",
			id, mchID, a.MerchantSerial, a.PrivateKeyFile, a.APIv2KeyFile, a.PublicKeys[0].ID, a.PublicKeys[0].File, a.APIURL, a.APIURL)
	}
	text := "accounts:\n" + account("wx-hung", "1900000109", hung.WeChat) + account("wx-lively", "1900000208", lively.WeChat) + `merchants:
  - {id: hung, wechat: {account: wx-hung, appid: wx8888888888888888, services: [{id: "500001", cap_fen: 20000}]}}
  - {id: lively, wechat: {account: wx-lively, appid: wx7777777777777777, services: [{id: "500001", cap_fen: 20000}]}}
`
	b, err := merchant.Parse([]byte(text), t.TempDir())
	must(t, err)
	return b
}

// of gives a kiosk's fact to another merchant.
func of[M proto.Message](name string, m M) M {
	m.ProtoReflect().Set(m.ProtoReflect().Descriptor().Fields().ByName("merchant"), protoreflect.ValueOfString(name))
	return m
}

func TestAMerchantWhoseProviderNeverAnswersHoldsUpNobodyElse(t *testing.T) {
	w := bareWorld(t)
	release := make(chan struct{})
	answers := wechat()
	hung := wechatstub.New(t, w.clock, func(g wechatstub.Got) wechatstub.Reply {
		<-release
		return answers(g)
	})
	lively := wechatstub.New(t, w.clock, wechat())
	const share, visits = 4, 3 * 4 // more visits than a merchant has places: the sweep must carry the rest
	w.serve(twoMerchants(t, hung.Account(t, false), lively.Account(t, false)), func(c *lifecycle.Config) {
		c.Errands, c.ErrandsPerMerchant, c.Consumers = 2*share, share, 4
		c.CallTimeout, c.Claim = time.Minute, 3*time.Minute // longer than the test: it hangs until it is released
		c.Timers.OpenWithin = time.Hour                     // and the customers have patience
	})
	end := sync.OnceFunc(func() { close(release) })
	t.Cleanup(end) // before the service stops, which waits for its calls

	// The hung merchant's customers come first, as many as its places and then some. Facts of orders whose create hangs
	// come in behind.
	for i := range visits {
		w.publish(of("hung", face(fmt.Sprintf("H%d", i))))
	}
	servicetest.Eventually(t, "all places of the hung merchant are taken", func() bool { return len(hung.Got()) == share })
	for i := range visits {
		w.publish(of("hung", ended(fmt.Sprintf("H%d", i), 350)))
	}

	// The other merchant's customers come, go and are cancelled: events, calls and timers, to the last of them.
	for i := range visits {
		w.publish(of("lively", face(fmt.Sprintf("L%d", i))))
	}
	for i := range visits {
		number := fmt.Sprintf("L%d", i)
		wait[*orderv1.OrderOpened](w, number)
		if i%2 == 0 {
			w.publish(of("lively", ended(number, 0))) // too soon after the start: a timer completes it
		} else {
			w.publish(of("lively", &kioskv1.ServiceAborted{OutOrderNo: number, Reason: "出货失败"}))
		}
	}
	w.clock.move(10 * time.Second)
	for i := range visits {
		if number := fmt.Sprintf("L%d", i); i%2 == 0 {
			wait[*orderv1.OrderCompleting](w, number)
		} else {
			wait[*orderv1.OrderRevoked](w, number)
		}
	}
	var story eventv1.StoryReply
	must(t, service.Call(t.Context(), w.bus.Conn(), lifecycle.Name, "story", &eventv1.StoryRequest{Merchant: "lively", OutOrderNo: "L0"}, &story))
	w.consumed("KIOSK") // the hung merchant's facts too: a fact waits for no provider

	if n := len(hung.Got()); n != share {
		t.Errorf("the hung provider was called %d times, want its merchant's share of %d", n, share)
	}
	for i := range visits {
		if n := len(servicetest.Events[*orderv1.OrderOpened](t, w.bus, fmt.Sprintf("H%d", i))); n != 0 {
			t.Errorf("H%d was opened: nothing hung, and nothing is proved", i)
		}
	}
	end()
	for i := range visits { // and nothing of it was lost
		wait[*orderv1.OrderOpened](w, fmt.Sprintf("H%d", i))
	}
	if n := strings.Count(w.logs.String(), "errand failed"); n != 0 {
		t.Errorf("%d errands failed", n)
	}
}

// consumed waits until the service has acknowledged everything in a stream.
func (w *world) consumed(stream string) {
	w.t.Helper()
	js, err := jetstream.New(w.bus.Conn())
	must(w.t, err)
	consumer, err := js.Consumer(w.t.Context(), stream, lifecycle.Name)
	must(w.t, err)
	servicetest.Eventually(w.t, "the consumer of "+stream+" has nothing left", func() bool {
		info, err := consumer.Info(w.t.Context())
		must(w.t, err)
		return info.NumPending == 0 && info.NumAckPending == 0
	})
}
