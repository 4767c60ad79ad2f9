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
	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/merchant"
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
	orders, err := aggregate.Open(t.Context(), Spec("order", aggregate.DefaultHandled),
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
	return wechat.NewDesk(m, "https://pay.example.com/v1/notify/wechat/wx-main", w.server.Client(w.t, false), nil)
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

// wantRepeat is want for a gap before a repetition, which is spread by up to a quarter.
func (w *world) wantRepeat(s order.State, op order.Op, gap time.Duration) {
	w.t.Helper()
	if in := w.load().DueAt.Sub(w.clock.Now()); in >= gap && in <= gap+gap/4 {
		gap = in
	}
	w.want(s, op, gap)
}

func face(t *testing.T) order.Fact {
	t.Helper()
	details, err := proto.Marshal(&kioskv1.FaceResult{ServiceId: "500001", Openid: openID, ServiceIntroduction: "售货", RiskFund: &kioskv1.RiskFund{AmountFen: 100}})
	must(t, err)
	return order.FaceSucceeded{ID: "face1", ServiceID: "500001", DeviceID: "K1", RiskFund: 100, Details: details}
}
