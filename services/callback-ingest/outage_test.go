package callbackingest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/bus"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

func TestABrokerOutageDelaysPublishingAndNotAnswering(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	w.nats.Stop()
	for i := range 20 {
		body := from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("OUT%d", i)))
		began := time.Now()
		if s := w.tell(from, "wx-main", body); s != http.StatusOK {
			t.Fatalf("answered %d", s)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("answered after %v", took)
		}
	}
	if n := w.svc.Counts().Published; n != 0 {
		t.Errorf("%d published without a broker", n)
	}
	eventually(t, func() bool { return lag(w) > 0 })
	must(t, w.nats.Again())
	w.settled(20)
	if n := w.stored(); n != 20 {
		t.Errorf("%d events for 20 facts", n)
	}
	eventually(t, func() bool { return lag(w) == 0 })
}

func TestTheDoorOpensWithoutABrokerAndCatchesUpWhenItComes(t *testing.T) {
	w := newWorld(t)
	w.nats.Stop()
	late, err := bus.Connect(bus.Options{URL: w.nats.URL(), Name: "ingest test", Patient: true}, w.logs.Logger())
	must(t, err)
	t.Cleanup(late.Close)
	w.bus.Close()
	w.bus = late
	w.start()
	from := mainWeChat(t)
	if s := w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, "EARLYBIRD"))); s != http.StatusOK {
		t.Fatalf("answered %d", s)
	}
	must(t, w.nats.Again())
	w.settled(1)
	events[*notifyv1.PayScoreOrderNotified](w, "EARLYBIRD", 1)
}

func TestAServiceThatStoppedBeforePublishingPublishesAfterItsStart(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	w.nats.Stop()
	for i := range 5 {
		w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("DEAD%d", i))))
	}
	w.stop()
	must(t, w.nats.Again())
	eventually(t, w.bus.Conn().IsConnected)
	w.start()
	w.settled(5)
	if n := w.stored(); n != 5 {
		t.Errorf("%d events for 5 facts", n)
	}
}

func TestACrashBetweenPublishingAndMarkingMakesNoSecondEvent(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	w.docs.set(unmarked)
	w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, "UNMARKED")))
	events[*notifyv1.PayScoreOrderNotified](w, "UNMARKED", 1)
	w.stop()
	w.docs.set(fair)
	w.start()
	w.settled(1) // published again, under the same id
	events[*notifyv1.PayScoreOrderNotified](w, "UNMARKED", 1)
}

func TestTwoReplicasThatSweepOneStoreMakeOneEventPerFact(t *testing.T) {
	w := startedWorld(t)
	w.start() // a second one on the same store
	from := mainWeChat(t)
	w.nats.Stop()
	for i := range 10 {
		w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("TWO%d", i))))
	}
	eventually(t, func() bool { return lag(w) > 0 })
	must(t, w.nats.Again())
	eventually(t, func() bool { return lag(w) == 0 })
	if n := w.stored(); n != 10 {
		t.Errorf("%d events for 10 facts", n)
	}
}

func TestWithoutAStoreTheAnswerIsAQuick503AndTheRepeatSucceeds(t *testing.T) {
	for name, mood := range map[string]weather{"refusing": away, "hanging": hanging, "losing answers": lossy} {
		t.Run(name, func(t *testing.T) {
			w := startedWorld(t)
			from := mainWeChat(t)
			body := from.notification("PAYSCORE.USER_PAID", paid(t, "AWAY"))
			w.docs.set(mood)
			began := time.Now()
			if s := w.tell(from, "wx-main", body); s != http.StatusServiceUnavailable {
				t.Errorf("answered %d, want 503", s)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("answered after %v", took)
			}
			if n := w.svc.Counts(); n.Outcomes[tally.Unavailable] != 1 || n.Reasons["store_away"] != 1 {
				t.Errorf("counted %+v", n)
			}
			w.docs.set(fair)
			if s := w.tell(from, "wx-main", body); s != http.StatusOK {
				t.Errorf("the repeat was answered %d", s)
			}
			events[*notifyv1.PayScoreOrderNotified](w, "AWAY", 1)
		})
	}
}

func TestAFullDoorDuringAStoreOutageRecovers(t *testing.T) {
	w := newWorld(t)
	w.cfg.StoreWithin = 100 * time.Millisecond
	w.start()
	from := mainWeChat(t)
	w.docs.set(hanging)
	done := make(chan int)
	for i := range 50 {
		go func() {
			done <- w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("JAM%d", i))))
		}()
	}
	for range 50 {
		if s := <-done; s != http.StatusServiceUnavailable {
			t.Errorf("answered %d", s)
		}
	}
	w.docs.set(fair)
	// WeChat repeats; on a slow disk the first repeat may itself meet the short patience of this test.
	eventually(t, func() bool {
		return w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, "FREE"))) == http.StatusOK
	})
}

func TestEveryPromisedNumberIsOnTheMetricsPage(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, "METRIC")))
	w.settled(1)
	families, err := w.telemetry.Registry.Gather()
	must(t, err)
	page := ""
	for _, f := range families {
		page += f.GetName() + "\n"
	}
	for _, name := range []string{
		"facepay_ingest_received_total", "facepay_ingest_deliveries_total", "facepay_ingest_published_total",
		"facepay_ingest_publish_failures_total", "facepay_ingest_answer_time_seconds", "facepay_ingest_publish_lag_seconds",
		"facepay_ingest_connections", "facepay_ingest_connections_refused_total",
	} {
		if !strings.Contains(page, name+"\n") {
			t.Errorf("%s is missing", name)
		}
	}
}

// lag is the gauge as /metrics shows it.
func lag(w *world) float64 {
	w.t.Helper()
	families, err := w.telemetry.Registry.Gather()
	must(w.t, err)
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "facepay_ingest_publish_lag") {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	w.t.Fatal("no publish lag among the metrics")
	return 0
}
