package e2e

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/standalone/stack"
)

// callbackWays are the ways in which the provider's callback can come (wechat-protocol.md §7).
var callbackWays = []struct {
	name, operation, fault string
	more                   []any
	// told is how many facts reach the NOTIFY stream.
	told int
}{
	{name: "once", told: 1},
	{name: "twice", operation: "notify", fault: "twice", told: 1},
	{name: "early", operation: "complete", fault: "early_notice", told: 1},
	{name: "late", operation: "notify", fault: "late", more: []any{"delay_ms", 40_000}, told: 1},
	{name: "never", operation: "notify", fault: "never", told: 0},
	{name: "concurrently", operation: "notify", fault: "concurrent", more: []any{"copies", 8}, told: 1},
	{name: "after-a-probe", operation: "notify", fault: "probe_undecodable", told: 1},
	{name: "after-a-wrong-probe", operation: "notify", fault: "probe_wrong", told: 1},
	{name: "after-a-forgery", operation: "notify", fault: "wrong_key", told: 1},
	{name: "after-tampering", operation: "notify", fault: "tampered", told: 1},
}

func TestAVisitIsPaidExactlyOnceHoweverItsCallbackComes(t *testing.T) {
	inEveryDelivery(t, paidExactlyOnce)
}

func paidExactlyOnce(t *testing.T, d delivery) {
	w := newWorld(t, d.set)
	var visits []*visit
	var numbers []string
	for _, way := range callbackWays {
		if way.fault != "" {
			w.fault(way.name, way.operation, way.fault, way.more...)
		}
		visits, numbers = append(visits, w.visit(way.name)), append(numbers, way.name)
	}
	if err := w.together(visits, buy); err != nil {
		t.Fatal(err)
	}
	w.quiet(numbers...)
	l := w.ledger(t)
	for i, way := range callbackWays {
		t.Run(way.name, func(t *testing.T) {
			a := l.endedOnce(t, way.name, "paid", price)
			if a.count("opened") != 1 || a.count("completing") != 1 || len(a.codes("alarm"))+len(a.codes("fact_rejected")) != 0 {
				t.Errorf("its life was %v", names(a.Said))
			}
			if len(a.Told) != way.told {
				t.Errorf("%d facts were published of its callbacks, want %d", len(a.Told), way.told)
			}
			if a.Requests.Executed["create"] != 1 || a.Requests.Executed["complete"] != 1 {
				t.Errorf("executed: %v", a.Requests.Executed)
			}
			carriesSDKInputs(t, w, visits[i])
		})
	}
	t.Run("no secret left its place", func(t *testing.T) { w.secretsStayed(t, numbers...) })
}

// carriesSDKInputs holds a session's reply against the inputs of getUserPayScoreStatus (wechat-protocol.md §3.1). What
// only partners send is empty.
func carriesSDKInputs(t *testing.T, w *world, v *visit) {
	t.Helper()
	r := v.session
	for name, ok := range map[string]bool{
		"appid":                   r.GetAppid() == stack.AppID,
		"mch_id":                  r.GetMchId() == stack.MchID,
		"sub_appid":               r.GetSubAppid() == "",
		"sub_mch_id":              r.GetSubMchId() == "",
		"out_trade_no":            r.GetOutOrderNo() == v.number,
		"authinfo":                len(r.GetAuthinfo()) > 100,
		"payscore_out_request_no": r.GetPayscoreOutRequestNo() != "",
		"payscore_service_id":     r.GetPayscoreServiceId() == stack.ServiceID,
		"ask_unionid":             r.GetAskUnionid() == 1,
		"expires_at":              r.GetExpiresAt().AsTime().After(w.Clock.Now().Add(-time.Hour)),
	} {
		if !ok {
			t.Errorf("the reply's %s is not what the SDK needs", name)
		}
	}
}
