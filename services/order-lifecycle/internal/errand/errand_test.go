package errand

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

func TestAFaceResultOpensItsOrderAtOnce(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(state("DOING", "USER_CONFIRM"))
	w.apply(face(t))
	w.want(order.InService, order.OpQuery, 24*time.Hour)
	o := w.load().State
	if o.Create.Tries != 1 || !o.Create.SentAt.IsZero() || len(o.Calls) != 1 || o.Calls[0].Verdict != "accepted" {
		t.Errorf("create %+v, calls %+v", o.Create, o.Calls)
	}
	if len(w.sent) != 1 || w.sent[0] != "OrderOpened" {
		t.Errorf("published %v", w.sent)
	}
	if got := w.server.Got()[0].Body; got != string(o.Create.Body) {
		t.Errorf("sent %s, saved %s", got, o.Create.Body)
	}
}

func TestOneErrandGoesOnWhileSomethingIsDue(t *testing.T) {
	for _, swept := range []bool{false, true} {
		w := newWorld(t, 1)
		w.replies(state("CREATED", ""), wechatstub.Reply{Body: `{"out_order_no":"N1"}`}) // create, then cancel
		if swept {
			busy, _ := w.Pool.Reserve("acme")
			must(t, w.try("acme", face(t)))
			busy.Release()
			w.sweep()
		} else {
			w.apply(face(t))
		}
		w.want(order.Revoked, "", never)
		if got := w.server.Got()[1].URI; !strings.HasSuffix(got, "/N1/cancel") {
			t.Errorf("then %s", got)
		}
		if c := w.load().State.Cancel; c.Tries != 1 || !c.DoubtAt.IsZero() {
			t.Errorf("swept %v: one send became %+v", swept, c)
		}
	}
}

func TestWithoutRoomTheSweepSendsWhatWasSaved(t *testing.T) {
	w := newWorld(t, 1)
	busy, _ := w.Pool.Reserve("acme")
	must(t, w.try("acme", face(t)))
	w.want(order.Opening, order.OpCreate, 0)
	if w.load().State.Create.Tries != 0 {
		t.Error("a send was counted that nobody makes")
	}
	busy.Release()
	var during order.Request
	w.mu.Lock()
	w.answer = func(wechatstub.Got) wechatstub.Reply {
		during = w.load().State.Create
		return state("DOING", "USER_CONFIRM")
	}
	w.mu.Unlock()
	w.sweep()
	if during.Tries != 1 || during.SentAt.IsZero() {
		t.Errorf("while it was sent the order said %+v: the send was not saved before", during)
	}
	w.want(order.InService, order.OpQuery, 24*time.Hour)
}

func TestASendThatDiedIsInDoubtForTheNext(t *testing.T) {
	w := newWorld(t, 4)
	life, die := context.WithCancel(context.Background())
	w.Life = life
	w.mu.Lock()
	w.answer = func(wechatstub.Got) wechatstub.Reply { die(); return wechatstub.Reply{Drop: true} }
	w.mu.Unlock()
	w.apply(face(t))
	w.want(order.Opening, order.OpCreate, 25*time.Second)
	w.Life = context.Background()
	w.clock.move(25 * time.Second)
	w.replies(wechatstub.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST"}`, Internal: "271300099"})
	w.sweep()
	w.want(order.Opening, order.OpQuery, time.Minute)
	if got := w.server.Got(); got[0].Body != got[1].Body {
		t.Error("the second send differs from the first")
	}
}

func TestALostAnswerIsFollowedByTheSameBytesAfterAGap(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(wechatstub.Reply{Drop: true}, wechatstub.Reply{Status: 500, Body: `{"code":"SYSTEM_ERROR"}`})
	w.apply(face(t))
	w.wantRepeat(order.Opening, order.OpCreate, time.Second)
	w.sweep() // too early: nothing is due, nothing is sent
	w.clock.move(1250 * time.Millisecond)
	w.sweep()
	w.wantRepeat(order.Opening, order.OpCreate, 3*time.Second)
	if got := w.server.Got(); len(got) != 2 || got[0] != got[1] {
		t.Errorf("sent %v", got)
	}
}

func TestAnUnreadableYesIsQueriedAndTheCreateIsNotRepeated(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(wechatstub.Reply{Body: `{"out_order_no":"N1","state":{"new":"shape"}}`}, state("DOING", "USER_CONFIRM"))
	w.apply(face(t))
	w.wantRepeat(order.Opening, order.OpQuery, time.Second)
	w.clock.move(1250 * time.Millisecond)
	w.sweep()
	w.want(order.InService, order.OpQuery, 24*time.Hour)
	if got := w.server.Got(); len(got) != 2 || got[1].Method != "GET" {
		t.Errorf("sent %v", got)
	}
	if !slices.Contains(w.sent, "OrderAlarm") || !slices.Contains(w.sent, "OrderOpened") {
		t.Errorf("told %v", w.sent)
	}
}

func TestAnOddFieldThatNobodyUsesChangesNothing(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(wechatstub.Reply{Body: `{"out_order_no":"N1","order_id":"W1","state":"DOING","state_description":"USER_CONFIRM","State":"CREATED",` +
		`"risk_fund":{"name":"ESTIMATE_ORDER_COST","amount":"10000"},"post_payments":{"count":1.0}}`})
	w.apply(face(t))
	w.want(order.InService, order.OpQuery, 24*time.Hour)
}

func TestAnAnswerIsTakenThoughTheServiceLeftTheConfiguration(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(wechatstub.Reply{Drop: true}, state("DOING", "USER_CONFIRM"))
	w.apply(face(t))
	w.Desks["acme"] = w.desk()
	w.clock.move(1250 * time.Millisecond)
	w.sweep()
	w.want(order.InService, order.OpQuery, 24*time.Hour)
}

func TestAnUnknownMerchantIsATerminalFault(t *testing.T) {
	w := newWorld(t, 1)
	if err := w.try("nobody", face(t)); !fault.Is(err, fault.Terminal) || fault.CodeOf(err) != "unknown_merchant" {
		t.Errorf("got %v", err)
	}
	if _, err := w.Pool.Reserve("nobody"); err != nil {
		t.Error("the slot was kept")
	}
}

func TestFailuresAreToldAndNobodyIsNamed(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(wechatstub.Reply{Drop: true}, state("DOING", "USER_CONFIRM"))
	w.apply(face(t))
	w.clock.move(1250 * time.Millisecond)
	w.sweep()
	lines := strings.Split(strings.TrimSpace(w.logs.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"level":"INFO"`) || !strings.Contains(lines[0], `"next":"create"`) || !strings.Contains(lines[1], `"level":"DEBUG"`) {
		t.Errorf("logged %s", w.logs)
	}
	if strings.Contains(w.logs.String(), openID) {
		t.Error("an openid reached the log")
	}
}

func TestMetersShowCallsChangesAndTheOldestTimer(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(state("DOING", "USER_CONFIRM"), wechatstub.Reply{Status: 500, Body: `{"code":"SYSTEM_ERROR"}`})
	w.apply(face(t))
	w.clock.move(24 * time.Hour)
	w.sweep()
	w.clock.move(11250 * time.Millisecond)
	families, err := w.telemetry.Registry.Gather()
	must(t, err)
	var all strings.Builder
	for _, f := range families {
		all.WriteString(f.String() + "\n")
	}
	for _, want := range []string{
		"facepay_wechat_calls_total", `name:"verdict" value:"unknown"`, "facepay_order_transitions_total", `name:"from" value:"ATTEMPT"`,
		`name:"to" value:"OPENING"`, `name:"to" value:"IN_SERVICE"`, "facepay_order_oldest_due_seconds", "gauge:{value:10}", "facepay_order_unreadable", "gauge:{value:0}",
	} {
		if !strings.Contains(strings.Join(strings.Fields(all.String()), " "), want) {
			t.Errorf("no %s", want)
		}
	}
}
