package errand

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/money"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

func TestTheSameFactAtTwoReplicasAtOnceIsSentToWeChatOnce(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(state("DOING", "USER_CONFIRM"))
	f, other := face(t), false
	must(t, w.Change(t.Context(), "acme", "N1", "event of the face", func(own *Turn) ([]order.Event, bool, error) {
		if !other { // the other replica's copy comes between our decision and our write
			other = true
			must(t, w.Change(t.Context(), "acme", "N1", "event of the face", w.decide(f)))
		}
		return w.decide(f)(own)
	}))
	w.idle()
	if got := w.server.Got(); len(got) != 1 {
		t.Errorf("%d creates were sent", len(got))
	}
}

// inService opens order N1. From then on the server counts what arrives and answers nothing before release.
func (w *world) inService() (arrived chan string, release chan bool) {
	w.t.Helper()
	w.replies(state("DOING", "USER_CONFIRM"))
	w.apply(face(w.t))
	w.clock.move(time.Minute)
	arrived, release = make(chan string, 8), make(chan bool)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = func(g wechatstub.Got) wechatstub.Reply {
		arrived <- g.Method + " " + g.URI[strings.LastIndexByte(g.URI, '/')+1:]
		<-release
		return state("DOING", "MCH_COMPLETE")
	}
	return arrived, release
}

func ended(t *testing.T) order.Fact {
	t.Helper()
	fen := int64(100)
	details, err := proto.Marshal(&kioskv1.ServiceEnded{
		TotalAmountFen: &fen, PostPayments: []*kioskv1.Payment{{Name: "水", AmountFen: &fen, Count: 1}},
	})
	must(t, err)
	return order.ServiceEnded{End: order.End{FactID: "end1", Total: 100, Lines: []money.Fen{100}, Details: details}}
}

func (w *world) wantOneComplete(arrived chan string, release chan bool) {
	w.t.Helper()
	close(release)
	w.idle()
	close(arrived)
	sent := 0
	for what := range arrived {
		if what == "POST complete" {
			sent++
		}
	}
	if c := w.load().State.Complete; sent != 1 || c.Tries != 1 || !c.DoubtAt.IsZero() {
		w.t.Errorf("the complete was sent %d times, the order says %d, in doubt at %v", sent, c.Tries, c.DoubtAt)
	}
	w.want(order.PaymentPending, order.OpQuery, 10*time.Second)
}

// The sweep has claimed the order for its daily look when the service ends: the complete is the handler's to send.
func TestARequestBegunAfterTheSweepsClaimIsNotSentByTheSweepToo(t *testing.T) {
	w := newWorld(t, 4)
	arrived, release := w.inService()
	claimed, _ := w.Reserve("acme")
	must(t, w.try("acme", ended(t)))
	claimed.Run(ID("acme", "N1"))
	w.wantOneComplete(arrived, release)
}

// The service ends between the moment a look was planned and the moment its errand begins.
func TestAnErrandWhoseOrderMovedOnLeavesTheNextRequestToWhoMovedIt(t *testing.T) {
	w := newWorld(t, 4)
	arrived, release := w.inService()
	fact := ended(t)
	w.published = func() { w.published = nil; must(t, w.try("acme", fact)) }
	// Paid, though nothing was completed: an alarm is published and a query planned.
	must(t, w.try("acme", order.Observed{Seen: order.Seen{State: "DONE", Collection: "USER_PAID", PaidFen: 100, Told: true}}))
	w.wantOneComplete(arrived, release)
}

// A sweep that claimed an order for a thought finds it opened by the face result that came meanwhile.
func TestTimeWorksOnlyOnAThoughtThatIsStillThought(t *testing.T) {
	w := newWorld(t, 4)
	w.apply(order.SessionOpened{ServiceID: "500001", OpenedAt: w.clock.Now(), ExpiresAt: w.clock.Now()})
	w.clock.move(w.Timers.ParkFor)
	o := w.load().State
	w.replies(state("DOING", "USER_CONFIRM"))
	w.apply(face(t))
	if next, err := w.bring(t.Context(), ID("acme", "N1"), &o, order.TimePassed{}, nil, true); err != nil || next.Op != "" {
		t.Errorf("began %v, %v", next, err)
	}
	w.want(order.InService, order.OpQuery, 24*time.Hour)
}

func TestAFactThatPlansNothingLeavesTheErrandUnderWayAlone(t *testing.T) {
	w := newWorld(t, 4)
	arrived, release := make(chan bool, 8), make(chan bool)
	w.mu.Lock()
	w.answer = func(wechatstub.Got) wechatstub.Reply {
		arrived <- true
		<-release
		return state("DOING", "USER_CONFIRM")
	}
	w.mu.Unlock()
	must(t, w.try("acme", face(t)))
	<-arrived
	must(t, w.try("acme", order.SessionOpened{ServiceID: "500001", OpenedAt: w.clock.Now(), ExpiresAt: w.clock.Now()}))
	w.want(order.Opening, order.OpCreate, 25*time.Second)
	close(release)
	w.idle()
	w.want(order.InService, order.OpQuery, 24*time.Hour)
	if o := w.load().State; o.Create.Tries != 1 || len(w.server.Got()) != 1 {
		t.Errorf("%d sends, %d calls", o.Create.Tries, len(w.server.Got()))
	}
}

// Nothing is written about repeating a modify: who takes up one that its process never heard of again asks first.
func TestAModifyWhoseSenderDiedIsAskedAboutBeforeItIsSentAgain(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(state("DOING", "USER_CONFIRM"), state("DOING", "MCH_COMPLETE"))
	w.apply(face(t))
	w.clock.move(time.Minute)
	w.apply(ended(t))
	life, die := context.WithCancel(context.Background())
	w.Life = life
	w.mu.Lock()
	w.answer = func(wechatstub.Got) wechatstub.Reply { die(); return wechatstub.Reply{Drop: true} }
	w.mu.Unlock()
	fen := int64(50)
	details, err := proto.Marshal(&deskv1.AmountModifyRequested{TotalAmountFen: &fen, PostPayments: []*kioskv1.Payment{{Name: "水", AmountFen: &fen, Count: 1}}})
	must(t, err)
	w.apply(order.ModifyAsked{
		DeskAsk: order.DeskAsk{FactID: "desk1", RequestID: "r1", Reason: "少收"}, New: order.End{Total: 50, Lines: []money.Fen{50}, Details: details},
	})
	w.want(order.Modifying, order.OpModify, w.Claim)
	w.Life = context.Background()
	w.clock.move(w.Claim)
	before := len(w.server.Got())
	w.replies(wechatstub.Reply{Body: `{"out_order_no":"N1","order_id":"W1","state":"DOING","state_description":"MCH_COMPLETE","total_amount":50}`})
	w.sweep()
	if got := w.server.Got()[before:]; len(got) != 1 || got[0].Method != "GET" {
		t.Errorf("then %v was sent", got)
	}
	if o := w.load().State; o.State != order.PaymentPending || o.Total() != 50 {
		t.Errorf("the order is %s with %d to pay", o.State, o.Total())
	}
}
