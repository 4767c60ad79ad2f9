package errand

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/money"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

const (
	pend100 = `{"out_order_no":"N1","order_id":"W1","state":"DOING","state_description":"MCH_COMPLETE","total_amount":100}`
	pend50  = `{"out_order_no":"N1","order_id":"W1","state":"DOING","state_description":"MCH_COMPLETE","total_amount":50}`
)

func modifyTo(t *testing.T, id string, fen int64) order.Fact {
	t.Helper()
	details, err := proto.Marshal(&deskv1.AmountModifyRequested{TotalAmountFen: &fen, PostPayments: []*kioskv1.Payment{{Name: "水", AmountFen: &fen, Count: 1}}})
	must(t, err)
	return order.ModifyAsked{DeskAsk: order.DeskAsk{FactID: "desk" + id, RequestID: id, Reason: "少收"}, New: order.End{Total: money.Fen(fen), Lines: []money.Fen{money.Fen(fen)}, Details: details}}
}

// twoReplicas has one replica send a modify slowly, and another take over: it looks and sends again. The first one's answer
// comes before the second's. third has a third replica look at what is due in between. It returns the requests.
func twoReplicas(t *testing.T, slow, second wechatstub.Reply, third bool) (*world, []string) {
	w := newWorld(t, 4)
	w.replies(state("DOING", "USER_CONFIRM"), state("DOING", "MCH_COMPLETE"))
	w.apply(face(t))
	w.clock.move(time.Minute)
	w.apply(ended(t))
	before := len(w.server.Got())
	a, b := make(chan bool), make(chan bool)
	arrived := make(chan string, 16)
	posts := 0
	landed := false
	w.mu.Lock()
	w.answer = func(g wechatstub.Got) wechatstub.Reply {
		w.mu.Lock()
		if g.Method == "GET" {
			body := pend100
			if landed {
				body = pend50
			}
			w.mu.Unlock()
			return wechatstub.Reply{Body: body}
		}
		posts++
		n := posts
		w.mu.Unlock()
		arrived <- "post"
		switch n {
		case 1:
			<-a
			return slow
		case 2:
			w.mu.Lock()
			landed = true
			w.mu.Unlock()
			<-b
			return second
		}
		return wechatstub.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST","message":"repeated"}`}
	}
	w.mu.Unlock()
	must(t, w.try("acme", modifyTo(t, "r1", 50)))
	<-arrived
	poolA := w.Pool
	w.Pool = lane.New(4, 4) // B
	w.clock.move(w.Claim)
	w.sweep() // looks
	w.clock.move(1250 * time.Millisecond)
	slot, _ := w.Reserve("acme")
	slot.Run(ID("acme", "N1"))
	<-arrived // B is sending
	poolB := w.Pool
	close(a)
	must(t, poolA.Drain(t.Context()))
	w.Pool = lane.New(4, 4) // C
	if third {
		w.clock.move(10 * time.Second)
		w.sweep()
		w.clock.move(time.Minute)
		w.sweep()
	}
	close(b)
	must(t, poolB.Drain(t.Context()))
	var got []string
	for _, g := range w.server.Got()[before:] {
		got = append(got, g.Method+" "+g.URI[strings.LastIndexByte(g.URI, '/')+1:])
	}
	return w, got
}

func TestAModifyWhoseSenderIsOnlySlowIsAnsweredOnce(t *testing.T) {
	for name, c := range map[string]struct{ a, b wechatstub.Reply }{
		"both yes":      {wechatstub.Reply{Body: pend50}, wechatstub.Reply{Body: pend50}},
		"a yes, b no":   {wechatstub.Reply{Body: pend50}, wechatstub.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST","message":"x"}`}},
		"a no, b yes":   {wechatstub.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST","message":"x"}`}, wechatstub.Reply{Body: pend50}},
		"a drop, b yes": {wechatstub.Reply{Drop: true}, wechatstub.Reply{Body: pend50}},
		"a 429, b yes":  {wechatstub.Reply{Status: 429, Body: `{"code":"FREQUENCY_LIMITED","message":"x"}`}, wechatstub.Reply{Body: pend50}},
	} {
		t.Run(name, func(t *testing.T) {
			w, got := twoReplicas(t, c.a, c.b, false)
			for range 8 {
				if w.load().State.Work == nil {
					break
				}
				w.clock.move(2 * time.Minute)
				w.sweep()
			}
			o := w.load().State
			n := 0
			for _, s := range w.sent {
				if s == "OrderModified" || s == "FactRejected" {
					n++
				}
			}
			if n != 1 || o.Total() != 50 {
				t.Errorf("answered %d times, total %d, after %v", n, o.Total(), got)
			}
		})
	}
}

func TestALateAnswerLeavesAnotherReplicasSendUnderWay(t *testing.T) {
	_, got := twoReplicas(t, wechatstub.Reply{Status: 429, Body: `{"code":"FREQUENCY_LIMITED","message":"x"}`}, wechatstub.Reply{Body: pend50}, true)
	for i := range got[:len(got)-1] {
		if strings.HasPrefix(got[i], "POST") && strings.HasPrefix(got[i+1], "POST") {
			t.Errorf("sent again without asking first: %v", got)
		}
	}
}
