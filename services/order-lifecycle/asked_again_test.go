package lifecycle_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/service/servicetest"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	lifecycle "github.com/facepay-go/facepay/services/order-lifecycle"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

// TestABackOfficeThatLostTheAnswerGetsItByAskingAgain: stamped anew the request is a message of its own for the broker, and one
// request for the order, whether or not the document remembers what it handled.
func TestABackOfficeThatLostTheAnswerGetsItByAskingAgain(t *testing.T) {
	for name, bound := range map[string]int{"remembered": aggregate.DefaultHandled, "not remembered": 0} {
		t.Run(name, func(t *testing.T) {
			w := bareWorld(t)
			w.calls = wechatstub.New(t, w.clock, wechat())
			w.serve(book(t, w.calls.Account(t, false)), func(c *lifecycle.Config) { c.HandledBound = bound })
			w.publish(face("N1"))
			wait[*orderv1.OrderOpened](w, "N1")
			w.clock.move(time.Minute)
			w.publish(ended("N1", 350))
			wait[*orderv1.OrderPaymentPending](w, "N1")

			ask := func(total int64) {
				m := &deskv1.AmountModifyRequested{
					Merchant: "acme", OutOrderNo: "N1", RequestId: "m1", Reason: "少收", TotalAmountFen: &total,
					PostPayments: ended("N1", total).GetPostPayments(), OccurredAt: timestamppb.New(w.clock.Now()),
				}
				servicetest.Publish(t, w.bus, "gateway-"+m.GetOccurredAt().AsTime().String(), w.clock.Now(), m)
			}
			ask(400)
			first := wait[*orderv1.FactRejected](w, "N1")
			w.clock.move(time.Second)
			ask(400)
			for len(servicetest.Events[*orderv1.FactRejected](t, w.bus, "N1")) < 2 {
				<-time.After(5 * time.Millisecond)
			}
			again := servicetest.Events[*orderv1.FactRejected](t, w.bus, "N1")[1]
			if again.GetProblem().GetCode() != "modify_upwards" || again.GetFactId() != first.GetFactId() {
				t.Errorf("got %v, then %v", first, again)
			}

			ask2 := func() {
				servicetest.Publish(t, w.bus, "gateway-"+w.clock.Now().String(), w.clock.Now(), &deskv1.CancelRequested{
					Merchant: "acme", OutOrderNo: "N1", RequestId: "c1", Reason: "投诉", OccurredAt: timestamppb.New(w.clock.Now()),
				})
			}
			ask2()
			wait[*orderv1.OrderRevoked](w, "N1")
			w.clock.move(time.Second)
			ask2()
			if got := wait[*orderv1.RequestStatus](w, "N1"); got.GetRequestId() != "c1" || got.GetOutcome() != "order.revoked" || got.GetState() != "REVOKED" {
				t.Errorf("got %v", got)
			}
			if refused := servicetest.Events[*orderv1.FactRejected](t, w.bus, "N1"); len(refused) != 2 {
				t.Errorf("refused %v", refused)
			}
		})
	}
}
