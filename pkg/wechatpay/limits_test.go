package wechatpay_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
)

const (
	createPath = "/v3/payscore/serviceorder"
	queryPath  = "/v3/payscore/serviceorder?out_order_no=1"
)

// shop is one account with a WeChat of its own that answers with the reply it was given last.
type shop struct {
	clock  *wechattest.Clock
	reply  atomic.Pointer[wechattest.Reply]
	server *wechattest.Server
	client *wechatpay.Client
	reader *sdkmetric.ManualReader
}

func newShop(t *testing.T, change func(*merchant.WeChatAccount, *wechatpay.Options)) *shop {
	t.Helper()
	s := &shop{clock: wechattest.At(wechattest.Start), reader: sdkmetric.NewManualReader()}
	s.says(wechattest.Reply{Body: `{}`})
	s.server = wechattest.Serve(t, s.clock, func(wechattest.Got) wechattest.Reply { return *s.reply.Load() })
	a := wechattest.Account(t, s.server.URL)
	f := newFixture(t, s.clock, s.server.URL)
	f.options.Dice = func() float64 { return 1 }
	f.options.Meters = sdkmetric.NewMeterProvider(sdkmetric.WithReader(s.reader))
	change(a.WeChat, &f.options)
	account, err := wechatpay.LoadAccount(a)
	if err != nil {
		t.Fatal(err)
	}
	if s.client, err = wechatpay.NewClient(account, f.ring, f.options); err != nil {
		t.Fatal(err)
	}
	return s
}

func plain(*merchant.WeChatAccount, *wechatpay.Options) {}

func (s *shop) says(r wechattest.Reply) { s.reply.Store(&r) }

func (s *shop) create(ctx context.Context) wechatpay.Answer {
	return s.client.Post(ctx, createPath, []byte("{}"))
}

// metric is the sum of the points of a metric that have the attribute; -1 when there is none.
func (s *shop) metric(t *testing.T, name string, with attribute.KeyValue) int64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := s.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	found := int64(-1)
	add := func(points []metricdata.DataPoint[int64]) {
		for _, p := range points {
			if v, ok := p.Attributes.Value(with.Key); ok && v == with.Value {
				found = max(found, 0) + p.Value
			}
		}
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != name {
				continue
			}
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				add(data.DataPoints)
			case metricdata.Gauge[int64]:
				add(data.DataPoints)
			}
		}
	}
	return found
}

var (
	broken = wechattest.Reply{Status: 500, Body: `{"code":"SYSTEM_ERROR"}`}
	tooFar = wechattest.Reply{Status: 429, Body: `{"code":"FREQUENCY_LIMITED"}`}
	fine   = wechattest.Reply{Body: `{}`}
)

func TestEveryPathThatIsCalledIsItsOperation(t *testing.T) {
	for call, want := range map[string]wechatpay.Operation{
		"POST /v3/payscore/serviceorder":                                          wechatpay.CreateOrder,
		"GET /v3/payscore/serviceorder?service_id=1&out_order_no=A%7CB&appid=wx1": wechatpay.QueryOrder,
		"POST /v3/payscore/serviceorder/A%7CB%2AC/complete":                       wechatpay.CompleteOrder,
		"POST /v3/payscore/serviceorder/1/cancel":                                 wechatpay.CancelOrder,
		"POST /v3/payscore/serviceorder/1/modify":                                 wechatpay.ModifyOrder,
		"POST /v3/payscore/serviceorder/1/sync":                                   wechatpay.SyncOrder,
		"POST /v3/payscore/serviceorder/1/pay":                                    wechatpay.CollectOrder,
		"POST /v3/payscore/partner/serviceorder":                                  wechatpay.CreateOrder,
		"POST /v3/payscore/partner/serviceorder/1/cancel":                         wechatpay.CancelOrder,
		"POST /v3/payscore/permissions":                                           wechatpay.PreAuthorise,
		"GET /v3/payscore/permissions/openid/o1?service_id=1":                     wechatpay.QueryAuthorisation,
		"GET /v3/payscore/partner/permissions/authorization-code/c1?service_id=1": wechatpay.QueryAuthorisation,
		"POST /v3/payscore/permissions/openid/o1/terminate":                       wechatpay.TerminateAuthorisation,
		"GET /v3/facemch/users/face":                                              wechatpay.QueryUnionID,
		"POST /v3/refund/domestic/refunds":                                        wechatpay.CreateRefund,
		"GET /v3/refund/domestic/refunds/RF1?sub_mchid=1":                         wechatpay.QueryRefund,
		"GET /v3/bill/tradebill?bill_date=2023-11-15":                             wechatpay.ApplyBill,
		"GET /v3/certificates":                                                    wechatpay.OtherOperation,
		"GET /v3/payscore/serviceorder/1/cancel":                                  wechatpay.OtherOperation,
		"POST /v3/payscore/serviceorder/a/b/cancel":                               wechatpay.OtherOperation,
	} {
		method, path, _ := strings.Cut(call, " ")
		if got := wechatpay.OperationOf(method, path); got != want {
			t.Errorf("%s is %s, want %s", call, got, want)
		}
	}
}

func TestWithoutConfigurationNoCallIsHeldBack(t *testing.T) {
	s := newShop(t, plain)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 20 {
				if a := s.create(t.Context()); a.Outcome != wechatpay.Yes {
					t.Error(a)
				}
			}
		})
	}
	all.Wait()
	if n := len(s.server.Got()); n != 320 {
		t.Errorf("%d of 320 arrived", n)
	}
	if held := s.metric(t, "facepay_wechat_held", attribute.String("account", "wx-main")); held != -1 {
		t.Errorf("%d were held back", held)
	}
}

func TestAnOutageIsProbedByOneCallAndTheRestIsNotSent(t *testing.T) {
	s := newShop(t, plain)
	account := attribute.String("account", "wx-main")
	s.says(broken)
	for range 10 {
		if a := s.create(t.Context()); a.NotSent || a.Doubt != wechatpay.DoubtServer {
			t.Fatal(a)
		}
	}
	if open := s.metric(t, "facepay_wechat_circuit", account); open != 2 {
		t.Errorf("the circuit shows %d", open)
	}
	s.clock.Move(time.Second) // the first gap: the probe finds it broken still, the next is 2 s away
	if a := s.create(t.Context()); a.NotSent || a.Doubt != wechatpay.DoubtServer {
		t.Error(a)
	}
	s.clock.Move(2 * time.Second)
	_ = s.create(t.Context()) // the next gap is 4 s, longer than anybody waits
	for range 50 {
		a := s.create(t.Context())
		if !a.NotSent || a.Outcome != wechatpay.Unknown || a.Doubt != wechatpay.DoubtOutage {
			t.Fatal(a)
		}
		if v := wechatpay.Judge(wechatpay.CreateOrder, a); v != wechatpay.Undecided {
			t.Fatalf("a call that was never sent is %s", v)
		}
	}
	if n := len(s.server.Got()); n != 12 {
		t.Errorf("%d arrived, want 10 and two probes", n)
	}
	if held := s.metric(t, "facepay_wechat_held", attribute.String("cause", "outage")); held != 50 {
		t.Errorf("%d counted as held back", held)
	}
	s.says(fine)
	s.clock.Move(4 * time.Second)
	for range 20 {
		if a := s.create(t.Context()); a.Outcome != wechatpay.Yes {
			t.Fatal(a)
		}
	}
	if closed := s.metric(t, "facepay_wechat_circuit", account); closed != 0 {
		t.Errorf("the circuit shows %d after the outage", closed)
	}
}

func TestOneAccountInTroubleSlowsNoOther(t *testing.T) {
	for name, trouble := range map[string]wechattest.Reply{"outage": broken, "429": tooFar} {
		t.Run(name, func(t *testing.T) {
			ill, well := newShop(t, plain), newShop(t, plain)
			ill.says(trouble)
			ctx, giveUp := context.WithCancel(t.Context())
			var bad, good sync.WaitGroup
			for range 8 {
				bad.Go(func() {
					for range 10 {
						_ = ill.create(ctx) // the clock stands still: whoever is held back waits
					}
				})
			}
			for range 8 {
				good.Go(func() {
					for range 25 {
						if a := well.create(ctx); a.Outcome != wechatpay.Yes {
							t.Error(a)
						}
					}
				})
			}
			good.Wait()
			giveUp()
			bad.Wait()
			account := attribute.String("account", "wx-main")
			if n, held := len(well.server.Got()), well.metric(t, "facepay_wechat_held", account); n != 200 || held != -1 {
				t.Errorf("the healthy account: %d of 200 arrived, %d held back", n, held)
			}
			// 10 calls are lost before it is an outage; of 8 at a time at most 7 more are under way. One 429 is enough.
			if n := len(ill.server.Got()); n > 17 || name == "429" && n > 8 {
				t.Errorf("%d calls reached a WeChat in trouble", n)
			}
		})
	}
}

func TestOneEndpointsTooFrequentSlowsNoOther(t *testing.T) {
	s := newShop(t, plain)
	s.says(tooFar)
	if a := s.create(t.Context()); a.HTTPStatus != 429 || a.NotSent {
		t.Fatal(a)
	}
	s.says(fine)
	ctx, giveUp := context.WithCancel(t.Context())
	held := make(chan wechatpay.Answer)
	go func() { held <- s.create(ctx) }()
	for range 30 {
		if a := s.client.Get(t.Context(), queryPath); a.Outcome != wechatpay.Yes {
			t.Fatal(a)
		}
	}
	giveUp()
	if a := <-held; !a.NotSent || a.Doubt != wechatpay.DoubtCancelled {
		t.Error(a)
	}
	s.clock.Move(200 * time.Millisecond)
	if a := s.create(t.Context()); a.Outcome != wechatpay.Yes {
		t.Error(a)
	}
}

func TestAReplicaTakesItsShareOfTheRate(t *testing.T) {
	s := newShop(t, func(w *merchant.WeChatAccount, o *wechatpay.Options) {
		w.Rates = []merchant.Rate{{Operation: "create_order", PerSecond: 2, Burst: 8}, {PerSecond: 1000, Burst: 1000}}
		o.Limits = wechatpay.Limits{Replicas: 4, MaxWait: time.Second}
	})
	sent := 0
	for range 20 {
		if a := s.create(t.Context()); !a.NotSent { // the share is one call in 2 s: longer than MaxWait
			sent++
		} else if a.Doubt != wechatpay.DoubtThrottled {
			t.Error(a)
		}
	}
	if sent != 2 {
		t.Errorf("%d went at once, the share of a burst of 8 is 2", sent)
	}
	s.clock.Move(4 * time.Second)
	for range 20 {
		if a := s.create(t.Context()); !a.NotSent {
			sent++
		}
	}
	if sent != 4 {
		t.Errorf("%d went within 4 s, the share of 2/s is 0.5/s", sent)
	}
	for range 100 {
		if a := s.client.Get(t.Context(), queryPath); a.NotSent {
			t.Fatal("another endpoint has its own rate")
		}
	}
}

func TestLimitsAndRatesThatCannotWorkAreRefused(t *testing.T) {
	for field, l := range map[string]wechatpay.Limits{
		"replicas": {Replicas: -1}, "max_wait": {MaxWait: -1}, "max_waiters": {MaxWaiters: -1}, "outage_after": {OutageAfter: -1},
		"longest_back_off": {BackOff: time.Hour}, "longest_probe": {Probe: time.Hour}, "outage_within": {OutageWithin: -1},
	} {
		if err := l.Validate(); fault.FieldOf(err) != field || !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := (wechatpay.Limits{}).Validate(); err != nil {
		t.Error(err)
	}
	for timeout, want := range map[time.Duration]time.Duration{10 * time.Second: 2 * time.Second, 2 * time.Second: 500 * time.Millisecond} {
		if got := (wechatpay.Limits{}).Wait(timeout); got != want {
			t.Errorf("a call of %v waits up to %v, want %v", timeout, got, want)
		}
	}
	a := wechattest.Account(t, "")
	a.WeChat.Rates = []merchant.Rate{{Operation: "fly", PerSecond: 1}}
	if _, err := wechatpay.LoadAccount(a); fault.CodeOf(err) != "operation" || !strings.Contains(fmt.Sprint(err), "rates[0].operation") {
		t.Error(err)
	}
}

func TestAProbeThatIsCutOffTellsNothing(t *testing.T) {
	s := newShop(t, plain)
	s.says(broken)
	for range 10 {
		_ = s.create(t.Context())
	}
	s.clock.Move(time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	s.says(wechattest.Reply{Before: func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }})
	if a := s.create(ctx); a.Doubt != wechatpay.DoubtCancelled || a.NotSent {
		t.Fatal(a)
	}
	s.says(fine)
	if a := s.create(t.Context()); a.Outcome != wechatpay.Yes {
		t.Errorf("the next caller is the probe then: %v", a)
	}
}

func TestEveryOperationOfTheSchemaCanHaveARate(t *testing.T) {
	a := wechattest.Account(t, "")
	for _, op := range []string{"", "create_order", "query_order", "complete_order", "cancel_order", "modify_order", "sync_order",
		"collect_order", "pre_authorise", "query_authorisation", "terminate_authorisation", "query_union_id", "create_refund",
		"query_refund", "apply_bill", "other"} {
		a.WeChat.Rates = append(a.WeChat.Rates, merchant.Rate{Operation: op, PerSecond: 1})
	}
	if _, err := wechatpay.LoadAccount(a); err != nil {
		t.Error(err)
	}
}
