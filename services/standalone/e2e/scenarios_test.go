package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/sandbox/scenarios"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// played is a scenario of the sandbox and the visit that meets it.
type played struct {
	*scenarios.Scenario
	visit *visit
}

// play puts every scenario in force and gives each its visit.
func (w *world) play(t *testing.T) []played {
	t.Helper()
	library, err := scenarios.Open()
	if err != nil {
		t.Fatal(err)
	}
	var all []played
	for _, s := range library.All() {
		if err := w.post("/control/wechat/scenarios/" + s.Name); err != nil {
			t.Fatal(err)
		}
		all = append(all, played{s, w.visit(s.Prefix + "1")})
	}
	return all
}

// script makes the visit as the file says.
func (p played) script(v *visit) error {
	if p.Visit.Ends == scenarios.Cancel {
		return jam(v)
	}
	return buy(v)
}

func TestWhateverTheProviderDoesTheOrderEndsAsItsScenarioSays(t *testing.T) {
	inUsualAndHarshest(t, whateverTheProviderDoes)
}

func whateverTheProviderDoes(t *testing.T, d delivery) {
	w := newWorld(t, d.set)
	first := w.visit("PAID1") // the order that answers are mistaken for
	if err := buy(first); err != nil {
		t.Fatal(err)
	}
	all := w.play(t)
	numbers := []string{first.number}
	visits := make([]*visit, len(all))
	scripts := map[string]func(*visit) error{}
	for i, p := range all {
		if p.Visit.Ends == scenarios.Complete && p.Visit.TotalFen != price {
			t.Fatalf("%s commands %d fen, a visit here %d", p.Name, p.Visit.TotalFen, price)
		}
		visits[i], scripts[p.visit.number], numbers = p.visit, p.script, append(numbers, p.visit.number)
	}
	if err := w.together(visits, func(v *visit) error { return scripts[v.number](v) }); err != nil {
		t.Error(err)
	}
	w.quiet(numbers...)
	l := w.ledger(t)
	for _, p := range all {
		t.Run(p.Name, func(t *testing.T) {
			a := l.endedOnce(t, p.visit.number, p.Expect.State, p.Expect.PaidFen)
			if alarms := a.codes("alarm"); (len(alarms) > 0) != p.Expect.Alarm {
				t.Errorf("a person is told %v, expected %v", alarms, p.Expect.Alarm)
			}
			if n := a.count("paid"); n > 1 || len(a.codes("fact_rejected")) > 0 {
				t.Errorf("its life was %v", names(a.Said))
			}
		})
	}
	t.Run("what names somebody else is kept and not published", func(t *testing.T) {
		// Of notice-foreign-party: the true one, and the one that names the merchant's other service. That is his, so it is
		// published; its payment is asked about before it counts (I4). A foreign mchid or appid goes to nobody.
		if told := l.of(t, "FPAR1").Told; len(told) != 2 {
			t.Errorf("%d facts were published, want the true one and that of the other service", len(told))
		}
	})
	t.Run("only what is sound and fresh is let in", func(t *testing.T) { w.doorHeld(t, numbers) })
	t.Run("an order that never existed is alarmed and pays nothing", func(t *testing.T) {
		ghost := l.of(t, "FNON1x") // of notice-unknown-order
		if ghost.count("paid") > 0 || ghost.Book.OutOrderNo != "" ||
			!slices.Equal(ghost.codes("alarm"), []string{"paid_without_completion", "notification_contradicted"}) {
			t.Errorf("its life was %v, alarms %v", names(ghost.Said), ghost.codes("alarm"))
		}
	})
	t.Run("the order that answers were mistaken for stays as it was", func(t *testing.T) {
		l.endedOnce(t, first.number, "paid", price)
	})
	w.allStruck(t)
	t.Run("no secret left its place", func(t *testing.T) { w.secretsStayed(t, numbers...) })
}

// doorHeld looks at how our door answered each spoiled delivery: 200 only to what is sound and fresh, be it true or not. A store
// that is slow is no answer: the delivery after it has the answer.
func (w *world) doorHeld(t *testing.T, numbers []string) {
	t.Helper()
	refused := []string{"old_key", "unknown_key", "stale"}
	answered := map[string]int{}
	for _, number := range numbers {
		var answer struct {
			Notices []struct {
				Attempts []struct {
					Status int
					Fault  string
				}
			}
		}
		if err := w.Get(w.ctx, "/control/wechat/notices", url.Values{"out_order_no": {number}}, &answer); err != nil {
			t.Fatal(err)
		}
		for _, n := range answer.Notices {
			for i, a := range n.Attempts {
				answered[a.Fault]++
				if a.Status == http.StatusServiceUnavailable && i+1 < len(n.Attempts) { // store_within was over: it came again
					continue
				}
				want := http.StatusOK
				if slices.Contains(refused, a.Fault) || a.Fault == "replayed" && number == "REPO1" {
					want = http.StatusUnauthorized
				}
				if a.Status != want {
					t.Errorf("%s of %s was answered %d, want %d", a.Fault, number, a.Status, want)
				}
			}
		}
	}
	for _, kind := range append(refused, "replayed", "foreign_amount", "foreign_mchid", "foreign_appid", "foreign_service", "unknown_order") {
		if answered[kind] == 0 {
			t.Errorf("%s was never delivered", kind)
		}
	}
}

func TestAPartialPaymentStaysAReceivableUntilAllOfItIsIn(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]bool{"told": true, "found by queries": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			const number = "PARTLY"
			w.fault(number, "deduct", "deduction_partial", "amount_fen", 100)
			w.fault(number, "deduct", "deduction_stops")
			if !told {
				w.fault(number, "notify", "never", "times", 2)
			}
			v := w.visit(number)
			if err := firstError(v.enter, func() error { return v.Publish(v.ctx, v.ended(400)) }); err != nil {
				t.Fatal(err)
			}
			w.stands(t, number, "PAYMENT_PENDING", 100)
			if paid := w.tracker.Of(number); slices.ContainsFunc(paid, func(s kiosk.Said) bool { return s.Name == "paid" }) {
				t.Error("a part was announced as the payment")
			}
			if err := firstError(func() error { return w.post("/control/wechat/orders/" + number + "/pay") }, v.end); err != nil {
				t.Fatal(err)
			}
			w.stands(t, number, "PAID", price)
			w.quiet(number)
			l := w.ledger(t)
			a := l.endedOnce(t, number, "paid", price)
			if len(a.codes("alarm")) > 0 || told != (len(a.Told) == 2) {
				t.Errorf("alarms %v, %d facts told", a.codes("alarm"), len(a.Told))
			}
			said := w.tracker.Of(number)
			parts := said[len(said)-1].Paid.GetCollections()
			if len(parts) != 2 || parts[0].GetAmountFen() != 100 || parts[1].GetAmountFen() != price-100 ||
				parts[0].GetTransactionId() == "" || parts[1].GetTransactionId() == "" {
				t.Errorf("the parts are %v", parts)
			}
		})
	}
}

// stands waits until the order's story has the state and what was paid so far.
func (w *world) stands(t *testing.T, number, state string, paid money.Fen) {
	t.Helper()
	want := []cli.Detail{{Label: "state", Value: state}, {Label: "paid_amount_fen", Value: fmt.Sprint(int64(paid))}}
	if err := w.until(fmt.Sprintf("%s with %d fen", state, paid), func() (bool, error) {
		story, err := cli.Tell(w.ctx, w.bus, stack.Merchant, number)
		has := func(d cli.Detail) bool { return slices.Contains(story.Summary, d) }
		return has(want[0]) && has(want[1]), err
	}); err != nil {
		t.Fatal(err)
	}
}
