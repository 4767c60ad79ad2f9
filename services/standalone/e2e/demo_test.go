package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	"github.com/facepay-go/facepay/services/standalone/demo"
	"github.com/facepay-go/facepay/services/standalone/progress"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

func demoWorld(t *testing.T, change ...func(*stack.Options)) *world {
	return newWorld(t, append([]func(*stack.Options){func(o *stack.Options) { o.Scale, o.Tune, o.Partner = demo.Scale, demo.Tune, true }}, change...)...)
}

// demoOptions adds where this world keeps its keys and its log.
func (w *world) demoOptions(o demo.Options) demo.Options {
	o.Progress, o.Dir, o.Log = progress.Output{Writer: io.Discard}, w.options.Dir, func() (string, error) { return w.log.String(), nil }
	return o
}

func TestTheDemoHoldsItsInvariants(t *testing.T) { inEveryDelivery(t, demoHolds) }

// slower is the demo at half its pace: its customers wait before a door for as long as real ones do, here beside other
// stories. A call that times out still takes as long on the demo's clock.
func slower(o *stack.Options) {
	o.Scale = demo.Scale / 2
	o.Tune = func(c *stack.Configs) {
		demo.Tune(c)
		c.Order.CallTimeout, c.Authinfo.CallTimeout = 2*c.Order.CallTimeout, 2*c.Authinfo.CallTimeout
	}
}

func demoHolds(t *testing.T, d delivery) {
	w := demoWorld(t, slower, d.set)
	report, err := demo.Run(w.ctx, w.Stack, w.demoOptions(demo.Options{Orders: 70, Kiosks: 12, Run: "E2E"}))
	if err != nil {
		t.Fatal(err)
	}
	if !report.Hold() {
		t.Errorf("broken: %v", report.Invariants)
	}
	if ends := report.Paid + report.Free + report.Refused + report.Revoked + report.Abandoned + report.Expired; ends != 70 || report.PaidFen == 0 || report.RefundedFen == 0 {
		t.Errorf("the report counts %d ends, %d fen paid and %d refunded", ends, report.PaidFen, report.RefundedFen)
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
		"a key is logged": {func(w *world, _ string) error {
			key, err := os.ReadFile(filepath.Join(w.options.Dir, "keys", "apiv3_key.txt"))
			w.options.Log.Debug("decrypting", "with", string(key))
			return err
		}, "the log holds [apiv3_key.txt]"},
		"an openid is told in an event": {openidTold, "a body on ORDER holds [openid]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
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
			report, err := demo.Run(w.ctx, w.Stack, w.demoOptions(demo.Options{Orders: 1, Kiosks: 1, Run: "PLANT"}))
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
	resp, err := w.HTTP.Post(w.Control+path+"?mchid="+w.MchID, "application/json", nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	return nil
}

// openidTold publishes an alarm that names the user of an order.
func openidTold(w *world, number string) error {
	s, err := w.JS.Stream(w.ctx, "KIOSK")
	if err != nil {
		return err
	}
	stored, err := s.GetLastMsgForSubject(w.ctx, event.Root+".kiosk.face_result."+stack.Merchant+"."+number)
	if err != nil {
		return err
	}
	var face kioskv1.FaceResult
	if err := proto.Unmarshal(stored.Data, &face); err != nil {
		return err
	}
	e, err := event.New(context.Background(), "leak", w.Clock.Now(), &orderv1.OrderAlarm{
		Merchant: w.Merchant, OutOrderNo: number, DeviceId: "KIOSK-0001", Code: "planted", TextEn: "look at " + face.GetOpenid(),
	})
	if err != nil {
		return err
	}
	return w.bus.Publish(w.ctx, e)
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
