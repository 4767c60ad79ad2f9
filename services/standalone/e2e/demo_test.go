package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/event"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	"github.com/facepay-go/facepay/services/standalone/demo"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

func demoWorld(t *testing.T) *world {
	return newWorld(t, func(o *stack.Options) { o.Scale, o.Tune = demo.Scale, demo.Tune })
}

func TestTheDemoHoldsItsInvariants(t *testing.T) {
	t.Parallel()
	w := demoWorld(t)
	report, err := demo.Run(w.ctx, w.Stack, demo.Options{Orders: 70, Kiosks: 12, Run: "E2E", Progress: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Hold() {
		t.Errorf("broken: %v", report.Invariants)
	}
	if ends := report.Paid + report.Free + report.Refused + report.Revoked + report.Abandoned; ends != 70 || report.PaidFen == 0 {
		t.Errorf("the report counts %d ends and %d fen", ends, report.PaidFen)
	}
}

func TestTheDemoNoticesPlantedBreakage(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string]struct {
		breaks func(*world, string) error
		want   string
	}{
		"somebody else says the order was paid": {falselyPaid, "3 charged = commanded"},
		"somebody cancels in the portal": {func(w *world, number string) error {
			return w.post("/control/wechat/orders/" + number + "/cancel")
		}, "1 nothing is lost"},
	} {
		t.Run(name, func(t *testing.T) {
			w := demoWorld(t)
			number := "FREE" + "PLANT" + "00000" // a demo of one order is one customer who takes nothing
			w.fault(number, "complete", "slow", "delay_ms", 20_000)
			planted := make(chan error, 1)
			go func() {
				_, err := w.tracker.Await(w.ctx, number, "opened")
				if err == nil {
					err = plant.breaks(w, number)
				}
				planted <- err
			}()
			report, err := demo.Run(w.ctx, w.Stack, demo.Options{Orders: 1, Kiosks: 1, Run: "PLANT", Progress: io.Discard})
			if err != nil {
				t.Fatal(err)
			}
			if err := <-planted; err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(fmt.Sprint(report.Invariants), plant.want) {
				t.Errorf("the report says %v", report.Invariants)
			}
		})
	}
}

// post acts on the sandbox as a person would.
func (w *world) post(path string) error {
	resp, err := w.HTTP.Post(w.Control+path, "application/json", nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	return nil
}

// falselyPaid publishes an OrderPaid that no provider proved.
func falselyPaid(w *world, number string) error {
	e, err := event.New(context.Background(), "false", w.Clock.Now(), &orderv1.OrderPaid{
		Merchant: w.Merchant, OutOrderNo: number, DeviceId: "KIOSK-0001", TotalAmountFen: 100, PaidAmountFen: 100,
	})
	if err != nil {
		return err
	}
	return w.bus.Publish(w.ctx, e)
}
