package errand

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/service"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechat"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

const openID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"

// hand is a clock that goes on only by hand.
type hand struct {
	clock.Clock
	mu  sync.Mutex
	now time.Time
}

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hand) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// world is errands on a real store, with a server that answers as WeChat as the test says.
type world struct {
	*Errands
	t         *testing.T
	slots     int
	clock     *hand
	server    *wechatstub.Server
	telemetry *service.Telemetry
	logs      *bytes.Buffer

	mu     sync.Mutex
	answer func(wechatstub.Got) wechatstub.Reply
	sent   []string // types of the published events
	// published runs after an event was taken, inside the turn that caused it; nil for nothing.
	published func()
}

// Publish takes the events of the aggregate.
func (w *world) Publish(_ context.Context, e event.Event) error {
	w.mu.Lock()
	w.sent = append(w.sent, e.Type[strings.LastIndexByte(e.Type, '.')+1:])
	w.mu.Unlock()
	if w.published != nil {
		w.published()
	}
	return nil
}

func newWorld(t *testing.T, slots int) *world {
	t.Helper()
	w := &world{t: t, slots: slots, clock: &hand{Clock: clock.Real(), now: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)}, logs: &bytes.Buffer{}}
	w.server = wechatstub.New(t, w.clock, func(g wechatstub.Got) wechatstub.Reply {
		w.mu.Lock()
		answer := w.answer
		w.mu.Unlock()
		return answer(g)
	})
	docs, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "orders.db"))
	must(t, err)
	t.Cleanup(func() { _ = docs.Close() })
	log := slog.New(slog.NewJSONHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	orders, err := aggregate.Open(t.Context(), aggregate.Spec[order.Order]{Owner: "order", Collection: "orders", HandledBound: aggregate.DefaultHandled},
		aggregate.Deps{Docs: docs, Events: w, Clock: w.clock, Log: log})
	must(t, err)
	w.telemetry, err = service.NewTelemetry(t.Context(), "order-lifecycle", "0", service.TelemetryConfig{})
	must(t, err)
	meter := w.telemetry.Meters.Meter("order-lifecycle")
	tally, err := NewTally(meter)
	must(t, err)
	must(t, WatchTimers(meter, orders, w.clock))
	w.Errands = &Errands{
		Orders: orders, Timers: order.DefaultTimers(), Claim: 25 * time.Second, Pool: lane.New(slots, slots), Clock: w.clock,
		Log: log, Tally: tally, Life: t.Context(), Desks: map[string]*wechat.Desk{"acme": w.desk(merchant.PayScoreService{ID: "500001", Cap: 20_000})},
	}
	return w
}

func (w *world) desk(services ...merchant.PayScoreService) *wechat.Desk {
	m := merchant.Merchant{ID: "acme", WeChat: merchant.WeChatUse{AppID: "wx8888888888888888", Services: services}}
	return wechat.NewDesk(m, false, "https://pay.example.com/v1/notify/wechat/wx-main", w.server.Client(w.t, false))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// replies answers the requests in this order; one more fails the test.
func (w *world) replies(rs ...wechatstub.Reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = func(g wechatstub.Got) wechatstub.Reply {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(rs) == 0 {
			w.t.Errorf("one request too many: %s %s", g.Method, g.URI)
			return wechatstub.Reply{Status: 500}
		}
		r := rs[0]
		rs = rs[1:]
		return r
	}
}

func state(s, description string) wechatstub.Reply {
	body, _ := json.Marshal(map[string]string{"out_order_no": "N1", "order_id": "W1", "state": s, "state_description": description})
	return wechatstub.Reply{Body: string(body)}
}

// apply lets a fact work on order N1 and waits for the errand it causes.
func (w *world) apply(f order.Fact) {
	w.t.Helper()
	must(w.t, w.try("acme", f))
	w.idle()
}

// idle waits for the errands under way; their pool takes no more, the next ones have another.
func (w *world) idle() {
	w.t.Helper()
	must(w.t, w.Pool.Drain(w.t.Context()))
	w.Pool = lane.New(w.slots, w.slots)
}

func (w *world) try(merchant string, f order.Fact) error {
	return w.Change(w.t.Context(), merchant, "N1", "", w.decideAs(merchant, f))
}

// decide lets a fact work on an order of acme, as the handlers do.
func (w *world) decide(f order.Fact) func(*Turn) ([]order.Event, bool, error) {
	return w.decideAs("acme", f)
}

func (w *world) decideAs(merchant string, f order.Fact) func(*Turn) ([]order.Event, bool, error) {
	return func(t *Turn) ([]order.Event, bool, error) {
		env, _, err := w.Env(t.Now, merchant, "500001")
		if err != nil {
			return nil, false, err
		}
		events, changed := t.State.Apply(env, f)
		return events, changed, nil
	}
}

// sweep runs the errand that the sweep would.
func (w *world) sweep() {
	w.t.Helper()
	slot, ok := w.Reserve("acme")
	if !ok {
		w.t.Fatal("no room")
	}
	slot.Run(ID("acme", "N1"))
	w.idle()
}

func (w *world) load() aggregate.Document[order.Order] {
	w.t.Helper()
	rec, err := w.Orders.Documents().Get(w.t.Context(), ID("acme", "N1"))
	must(w.t, err)
	return rec.Doc
}

// never is the wait of an order that has nothing to do.
const never = time.Duration(-1)

func (w *world) want(s order.State, op order.Op, in time.Duration) {
	w.t.Helper()
	d := w.load()
	if in == never && d.DueAt.IsZero() {
		d.DueAt = w.clock.Now().Add(never)
	}
	if d.State.State != s || d.State.Todo.Op != op || !d.DueAt.Equal(w.clock.Now().Add(in)) {
		w.t.Errorf("got %s, next %s, due in %v; want %s, %s, %v", d.State.State, d.State.Todo.Op, d.DueAt.Sub(w.clock.Now()), s, op, in)
	}
}

func face(t *testing.T) order.Fact {
	t.Helper()
	details, err := proto.Marshal(&kioskv1.FaceResult{ServiceId: "500001", Openid: openID, ServiceIntroduction: "售货", RiskFund: &kioskv1.RiskFund{AmountFen: 100}})
	must(t, err)
	return order.FaceSucceeded{ID: "face1", ServiceID: "500001", DeviceID: "K1", RiskFund: 100, Details: details}
}

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
	if next, err := w.bring(t.Context(), ID("acme", "N1"), &o, order.TimePassed{}, nil); err != nil || next.Op != "" {
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
	w.want(order.Opening, order.OpCreate, time.Second)
	w.sweep() // too early: nothing is due, nothing is sent
	w.clock.move(time.Second)
	w.sweep()
	w.want(order.Opening, order.OpCreate, 3*time.Second)
	if got := w.server.Got(); len(got) != 2 || got[0] != got[1] {
		t.Errorf("sent %v", got)
	}
}

func TestAnAnswerIsTakenThoughTheServiceLeftTheConfiguration(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(wechatstub.Reply{Drop: true}, state("DOING", "USER_CONFIRM"))
	w.apply(face(t))
	w.Desks["acme"] = w.desk()
	w.clock.move(time.Second)
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
	w.clock.move(time.Second)
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
	w.clock.move(11 * time.Second)
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
