package wechat

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

// call makes one call of op to a server that answers with reply.
func call(t *testing.T, partner bool, op order.Op, reply wechatstub.Reply) (order.Answered, wechatstub.Got) {
	t.Helper()
	s := wechatstub.New(t, clock.Real(), func(wechatstub.Got) wechatstub.Reply { return reply })
	d := desk(partner)
	d.client = s.Client(t, partner)
	o := order.Order{OutOrderNo: "N1", ServiceID: "500001", State: order.InService}
	o.Create.Body, o.Complete.Body, o.Cancel.Body = []byte(`{"out_order_no":"N1"}`), []byte(`{"b":1}`), []byte(`{"c":1}`)
	answered, _ := d.Call(t.Context(), &o, op, 3*time.Minute)
	return answered, s.Got()[0]
}

func TestRequestsGoWhereTheyBelongByteForByte(t *testing.T) {
	for _, c := range []struct {
		partner bool
		op      order.Op
		want    wechatstub.Got
	}{
		{false, order.OpCreate, wechatstub.Got{Method: "POST", URI: "/v3/payscore/serviceorder", Body: `{"out_order_no":"N1"}`}},
		{false, order.OpComplete, wechatstub.Got{Method: "POST", URI: "/v3/payscore/serviceorder/N1/complete", Body: `{"b":1}`}},
		{false, order.OpCancel, wechatstub.Got{Method: "POST", URI: "/v3/payscore/serviceorder/N1/cancel", Body: `{"c":1}`}},
		{false, order.OpQuery, wechatstub.Got{Method: "GET", URI: "/v3/payscore/serviceorder?appid=wx8888888888888888&out_order_no=N1&service_id=500001"}},
		{true, order.OpCancel, wechatstub.Got{Method: "POST", URI: "/v3/payscore/partner/serviceorder/N1/cancel", Body: `{"c":1}`}},
		{true, order.OpQuery, wechatstub.Got{Method: "GET", URI: "/v3/payscore/partner/serviceorder?out_order_no=N1&service_id=500001&sub_mchid=1900000999"}},
	} {
		if _, got := call(t, c.partner, c.op, wechatstub.Reply{Body: paidEntity}); !cmp.Equal(got, c.want) {
			t.Errorf("%s: %s", c.op, cmp.Diff(c.want, got))
		}
	}
}

func TestAnswersComeBackInTheOrdersWords(t *testing.T) {
	seen := wantSeen()
	for name, c := range map[string]struct {
		partner bool
		op      order.Op
		reply   wechatstub.Reply
		want    order.Answered
	}{
		"an order":           {false, order.OpQuery, wechatstub.Reply{Body: paidEntity}, order.Answered{Verdict: order.Accepted, Seen: &seen}},
		"another's order":    {false, order.OpQuery, wechatstub.Reply{Body: `{"out_order_no":"N2","state":"DONE"}`}, order.Answered{Verdict: order.Unknown}},
		"no answer":          {false, order.OpComplete, wechatstub.Reply{Drop: true}, order.Answered{Verdict: order.Unknown}},
		"deduction running":  {false, order.OpCancel, wechatstub.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST"}`, Internal: "271316754"}, order.Answered{Verdict: order.NotNow, After: 3 * time.Minute}},
		"risk":               {false, order.OpCreate, wechatstub.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST"}`, Internal: "271300099"}, order.Answered{Verdict: order.Refusal, Reason: "risk"}},
		"partner's complete": {true, order.OpComplete, wechatstub.Reply{Status: 204}, order.Answered{Verdict: order.Ask}},
		"partner's cancel":   {true, order.OpCancel, wechatstub.Reply{Status: 204}, order.Answered{Verdict: order.Accepted}},
	} {
		got, _ := call(t, c.partner, c.op, c.reply)
		c.want.Op, c.want.AskedIn = c.op, order.InService
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
