package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/service/servicetest"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	lifecycle "github.com/facepay-go/facepay/services/order-lifecycle"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

const openID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"

// ahead is the machine's clock, moved ahead by hand.
type ahead struct {
	clock.Clock
	mu sync.Mutex
	by time.Duration
}

func (a *ahead) Now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.Clock.Now().Add(a.by)
}

func (a *ahead) move(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.by += d
}

// world is the service between a real broker, a real store and a server that answers like WeChat.
type world struct {
	t     *testing.T
	bus   *bus.Bus
	clock *ahead
	logs  *servicetest.Log
	calls *wechatstub.Server
}

// wechat answers for orders that are opened, completed or cancelled as they are asked for.
func wechat() func(wechatstub.Got) wechatstub.Reply {
	var mu sync.Mutex
	states := map[string][2]string{}
	return func(g wechatstub.Got) wechatstub.Reply {
		mu.Lock()
		defer mu.Unlock()
		var body struct {
			OutOrderNo string `json:"out_order_no"`
		}
		_ = json.Unmarshal([]byte(g.Body), &body)
		no, last := body.OutOrderNo, g.URI[strings.LastIndexByte(g.URI, '/')+1:]
		switch last {
		case "serviceorder":
			states[no] = [2]string{"DOING", "USER_CONFIRM"}
		case "complete":
			no = strings.Split(g.URI, "/")[4]
			states[no] = [2]string{"DOING", "MCH_COMPLETE"}
		case "cancel":
			no = strings.Split(g.URI, "/")[4]
			states[no] = [2]string{"REVOKED", ""}
		default: // a query
			_, query, _ := strings.Cut(g.URI, "out_order_no=")
			no, _, _ = strings.Cut(query, "&")
		}
		return wechatstub.Reply{Body: fmt.Sprintf(`{"out_order_no":%q,"service_id":"500001","order_id":"W-%s","state":%q,"state_description":%q}`,
			no, no, states[no][0], states[no][1])}
	}
}

// bareWorld has no provider and no service yet.
func bareWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return &world{t: t, clock: &ahead{Clock: clock.Real()}, logs: &servicetest.Log{}}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := bareWorld(t)
	w.calls = wechatstub.New(t, w.clock, wechat())
	w.serve(book(t, w.calls.Account(t, false)), nil)
	return w
}

// serve runs the service until the test ends; tune changes its configuration before.
func (w *world) serve(merchants *merchant.Book, tune func(*lifecycle.Config)) {
	t := w.t
	t.Helper()
	_, w.bus = servicetest.Broker(t, w.logs.Logger())
	docs, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "orders.db"))
	must(t, err)
	t.Cleanup(func() { _ = docs.Close() })
	telemetry, err := service.NewTelemetry(t.Context(), lifecycle.Name, "0", service.TelemetryConfig{})
	must(t, err)
	cfg := lifecycle.Default()
	cfg.PublicBase, cfg.SweepEvery, cfg.HandledBound = "https://pay.example.com", 20*time.Millisecond, 0
	cfg.Requests = service.RequestsConfig{Workers: 4, PerMerchant: 4, Deadline: 5 * time.Second}
	if tune != nil {
		tune(&cfg)
	}
	s, err := lifecycle.New(t.Context(), cfg, process.Deps{
		Docs: docs, Bus: w.bus, Merchants: merchants, Clock: w.clock, HTTP: process.HTTPClient(),
		Telemetry: telemetry, Log: w.logs.Logger(), Version: "0.0.0",
	})
	must(t, err)
	stop := servicetest.Run(t, w.logs.Logger(), s.Parts()...)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("the service stopped with %v", err)
		}
	})
}

func book(t *testing.T, a merchant.Account) *merchant.Book {
	t.Helper()
	x := a.WeChat
	b, err := merchant.Parse(fmt.Appendf(nil, `accounts:
  - id: wx-main
    wechat:
      mchid: %q
      merchant_serial: %q
      private_key_file: %s
      apiv2_key_file: %s
      apiv3_key_file: none
      public_keys: [{id: %s, file: %s}]
      api_url: %s
      face_url: %s
merchants:
  - id: acme
    wechat: {account: wx-main, appid: wx8888888888888888, services: [{id: "500001", cap_fen: 20000}]}
`, x.MchID, x.MerchantSerial, x.PrivateKeyFile, x.APIv2KeyFile, x.PublicKeys[0].ID, x.PublicKeys[0].File, x.APIURL, x.APIURL), t.TempDir())
	must(t, err)
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	servicetest.Must(t, err)
}

// publish tells a fact, as its owner would.
func (w *world) publish(m proto.Message) {
	w.t.Helper()
	id, err := event.FactID(m)
	if err != nil { // not a kiosk's: a notice, of which each test has one
		id = "notice"
	}
	servicetest.Publish(w.t, w.bus, id, w.clock.Now(), m)
}

// wait waits for an event of type M about the number.
func wait[M proto.Message](w *world, number string) M {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
		if found := servicetest.Events[M](w.t, w.bus, number); len(found) > 0 {
			return found[0]
		}
	}
	var none M
	w.t.Fatalf("no %T about %s came; log:\n%s", none, number, w.logs)
	return none
}

func face(number string) *kioskv1.FaceResult {
	return &kioskv1.FaceResult{
		Merchant: "acme", OutOrderNo: number, ServiceId: "500001", Device: &kioskv1.Device{DeviceId: "K1"}, ReturnCode: "SUCCESS",
		Openid: openID, ServiceIntroduction: "售货", RiskFund: &kioskv1.RiskFund{AmountFen: 10_000},
	}
}

func ended(number string, total int64) *kioskv1.ServiceEnded {
	return &kioskv1.ServiceEnded{
		Merchant: "acme", OutOrderNo: number, TotalAmountFen: &total, PostPayments: []*kioskv1.Payment{{Name: "水", AmountFen: &total}},
	}
}

func TestAnOrderGoesFromFaceToPayment(t *testing.T) {
	w := newWorld(t)
	w.publish(face("N1"))
	if opened := wait[*orderv1.OrderOpened](w, "N1"); opened.GetOrderId() != "W-N1" || opened.GetDeviceId() != "K1" || opened.GetRiskAmountFen() != 10_000 {
		t.Errorf("got %v", opened)
	}
	w.clock.move(time.Minute)
	w.publish(ended("N1", 350))
	if pending := wait[*orderv1.OrderPaymentPending](w, "N1"); pending.GetTotalAmountFen() != 350 {
		t.Errorf("got %v", pending)
	}
	w.publish(&notifyv1.PayScoreOrderNotified{
		Merchant: "acme", OutOrderNo: "N1", ServiceId: "500001", OrderId: "W-N1", State: "DONE", CollectionState: "USER_PAID",
		TotalAmountFen: new(int64(350)), PaidAmountFen: 350,
		Parts: []*notifyv1.CollectionPart{{TransactionId: "T1", AmountFen: 350, PaidType: "NEWTON", PaidTime: "20261122120503"}},
	})
	if paid := wait[*orderv1.OrderPaid](w, "N1"); paid.GetPaidAmountFen() != 350 || paid.GetCollections()[0].GetTransactionId() != "T1" {
		t.Errorf("got %v", paid)
	}
	if strings.Contains(w.logs.String(), openID) {
		t.Error("an openid reached the log")
	}

	var story eventv1.StoryReply
	must(t, service.Call(t.Context(), w.bus.Conn(), lifecycle.Name, "story", &eventv1.StoryRequest{Merchant: "acme", OutOrderNo: "N1"}, &story))
	var titles []string
	for _, e := range story.GetEntries() {
		titles = append(titles, e.GetTitle())
	}
	told := strings.Join(titles, "; ")
	for _, want := range []string{"ATTEMPT → OPENING", "WeChat create: accepted", "WeChat complete: accepted", "PAYMENT_PENDING → PAID"} {
		if !strings.Contains(told, want) {
			t.Errorf("the story has no %q: %s", want, told)
		}
	}
	if strings.Contains(story.String(), openID) {
		t.Error("an openid reached the story")
	}
	must(t, service.Call(t.Context(), w.bus.Conn(), lifecycle.Name, "story", &eventv1.StoryRequest{Merchant: "acme", OutOrderNo: "N9"}, &story))
	if len(story.GetEntries()) > 0 || len(story.GetSummary()) > 0 {
		t.Errorf("an unknown order has a story: %v", &story)
	}
}

func TestAnAbortedServiceIsCancelledInTheGatewaysWords(t *testing.T) {
	w := newWorld(t)
	w.publish(face("N1"))
	wait[*orderv1.OrderOpened](w, "N1")
	w.publish(&kioskv1.ServiceAborted{Merchant: "acme", OutOrderNo: "N1", Reason: "柜门故障"})
	if got := wait[*orderv1.OrderRevoked](w, "N1"); got.GetReason() != "service_aborted" {
		t.Errorf("got %v", got)
	}
	if got := w.calls.Got()[1].Body; !strings.Contains(got, `"reason":"柜门故障"`) {
		t.Errorf("sent %s", got)
	}
}

func TestFactsThatCannotBeFollowedAreAnswered(t *testing.T) {
	w := newWorld(t)
	foreign := face("N1")
	foreign.ServiceId = "500002"
	w.publish(foreign)
	got := wait[*orderv1.FactRejected](w, "N1")
	if got.GetProblem().GetCode() != "unknown_service" || got.GetProblem().GetField() != "service_id" || got.GetDeviceId() != "K1" {
		t.Errorf("got %v", got)
	}
	silent := ended("N2", 350)
	silent.TotalAmountFen = nil
	w.publish(silent)
	if got := wait[*orderv1.FactRejected](w, "N2"); got.GetProblem().GetField() != "total_amount_fen" || got.GetFact() != "service_ended" {
		t.Errorf("got %v", got)
	}
	w.publish(&kioskv1.FaceResult{Merchant: "acme", OutOrderNo: "N3", ServiceId: "500001", Device: &kioskv1.Device{DeviceId: "K1"}, ReturnCode: "USER_CANCEL"})
	if got := wait[*orderv1.OrderAbandoned](w, "N3"); got.GetReason() != "user_cancel" {
		t.Errorf("got %v", got)
	}
	w.publish(face("N1")) // with the right service now
	wait[*orderv1.OrderOpened](w, "N1")
	if calls := w.calls.Got(); len(calls) != 1 {
		t.Errorf("WeChat was called %d times", len(calls))
	}
}

func TestAnEndBeforeItsFaceResultIsCompletedByTheTimer(t *testing.T) {
	w := newWorld(t)
	early := ended("N1", 0)
	early.OccurredAt = timestamppb.New(w.clock.Now())
	w.publish(early)
	w.publish(face("N1"))
	wait[*orderv1.OrderOpened](w, "N1")
	w.clock.move(10 * time.Second) // past the wait of a short visit: the sweep thinks of it
	if got := wait[*orderv1.OrderCompleting](w, "N1"); got.GetTotalAmountFen() != 0 {
		t.Errorf("got %v", got)
	}
}
