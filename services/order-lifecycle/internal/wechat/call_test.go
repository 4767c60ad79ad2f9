package wechat

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

// call makes one call of op to a server that answers with reply.
func call(t *testing.T, partner bool, op order.Op, reply wechatstub.Reply) (order.Answered, wechatstub.Got) {
	t.Helper()
	s := wechatstub.New(t, clock.Real(), func(wechatstub.Got) wechatstub.Reply { return reply })
	d := desk(partner)
	d.client, d.refunds = payscore.New(s.Client(t, partner)), refund.New(s.Client(t, partner))
	o := order.Order{OutOrderNo: "N1", ServiceID: "500001", State: order.InService}
	o.Create.Body, o.Complete.Body, o.Cancel.Body = []byte(`{"out_order_no":"N1"}`), []byte(`{"b":1}`), []byte(`{"c":1}`)
	o.Work = &order.Work{Op: op, Request: order.Request{Body: []byte(`{"w":1}`)}}
	outcome := d.Call(t.Context(), &o, order.Todo{Op: op}, Waits{Busy: 3 * time.Minute})
	return outcome.Fact.(order.Answered), s.Got()[0]
}

// callRefund makes one call about a refund.
func callRefund(t *testing.T, partner bool, op order.Op, reply wechatstub.Reply) (order.RefundAnswered, wechatstub.Got) {
	t.Helper()
	s := wechatstub.New(t, clock.Real(), func(wechatstub.Got) wechatstub.Reply { return reply })
	d := desk(partner)
	d.refunds = refund.New(s.Client(t, partner))
	o := order.Order{OutOrderNo: "N1", ServiceID: "500001", State: order.Paid, Refunds: []order.Refund{{
		RequestID: "r1", TransactionID: "T1", Amount: 100, Request: order.Request{Body: []byte(frozenRefund)},
	}}}
	outcome := d.Call(t.Context(), &o, order.Todo{Op: op, Refund: "r1"}, Waits{TopUp: time.Hour})
	return outcome.Fact.(order.RefundAnswered), s.Got()[0]
}

const (
	frozenRefund = `{"transaction_id":"T1","out_refund_no":"N1@r1","amount":{"refund":100,"total":350,"currency":"CNY"}}`
	refundEntity = `{"refund_id":"R1","out_refund_no":"N1@r1","transaction_id":"T1","status":"SUCCESS","success_time":"2026-11-22T12:00:01+08:00",` +
		`"amount":{"refund":100,"total":350}}`
)

func TestARefundGoesWhereItBelongsByteForByte(t *testing.T) {
	for _, c := range []struct {
		partner bool
		op      order.Op
		want    wechatstub.Got
	}{
		{false, order.OpRefund, wechatstub.Got{Method: "POST", URI: "/v3/refund/domestic/refunds", Body: frozenRefund}},
		{false, order.OpAskRefund, wechatstub.Got{Method: "GET", URI: "/v3/refund/domestic/refunds/N1@r1"}},
		{true, order.OpAskRefund, wechatstub.Got{Method: "GET", URI: "/v3/refund/domestic/refunds/N1@r1?sub_mchid=1900000999"}},
	} {
		if _, got := callRefund(t, c.partner, c.op, wechatstub.Reply{Body: refundEntity}); !cmp.Equal(got, c.want) {
			t.Errorf("%s: %s", c.op, cmp.Diff(c.want, got))
		}
	}
}

func TestAnAnswerAboutARefundComesBackInTheOrdersWords(t *testing.T) {
	seen := order.SeenRefund{Status: "SUCCESS", RefundID: "R1", TransactionID: "T1", Amount: 100, RefundedAt: time.Date(2026, 11, 22, 4, 0, 1, 0, time.UTC)}
	refused := func(status int, code string) wechatstub.Reply {
		return wechatstub.Reply{Status: status, Body: `{"code":"` + code + `"}`}
	}
	for name, c := range map[string]struct {
		op    order.Op
		reply wechatstub.Reply
		want  order.RefundAnswered
	}{
		"a refund":          {order.OpAskRefund, wechatstub.Reply{Body: refundEntity}, order.RefundAnswered{Verdict: order.Accepted, Seen: &seen}},
		"no answer":         {order.OpRefund, wechatstub.Reply{Drop: true}, order.RefundAnswered{Verdict: order.Unknown}},
		"an unreadable yes": {order.OpRefund, wechatstub.Reply{Body: `{"out_refund_no":"N1@r1","amount":{"refund":"1 yuan"}}`}, order.RefundAnswered{Verdict: order.Unknown, Unreadable: true}},
		"balance too low":   {order.OpRefund, refused(403, "NOT_ENOUGH"), order.RefundAnswered{Verdict: order.NotNow, After: time.Hour, Balance: true}},
		"an unlisted no":    {order.OpRefund, refused(403, "NOTENOUGH"), order.RefundAnswered{Verdict: order.Ask, Reason: "unexplained"}},
		"another":           {order.OpRefund, refused(403, "RULELIMIT"), order.RefundAnswered{Verdict: order.Ask, Reason: "unexplained"}},
		"account closed":    {order.OpRefund, refused(403, "USER_ACCOUNT_ABNORMAL"), order.RefundAnswered{Verdict: order.Refusal, Reason: "user_account_abnormal"}},
		"payment not seen":  {order.OpRefund, refused(404, "RESOURCE_NOT_EXISTS"), order.RefundAnswered{Verdict: order.Missing, Reason: "not_found"}},
		"no right":          {order.OpRefund, refused(403, "NO_AUTH"), order.RefundAnswered{Verdict: order.Refusal, Reason: "not_authorised"}},
		"too fast":          {order.OpRefund, refused(429, "FREQUENCY_LIMITED"), order.RefundAnswered{Verdict: order.NotNow}},
		"a rule":            {order.OpRefund, refused(400, "PARAM_ERROR"), order.RefundAnswered{Verdict: order.Refusal, Reason: "rule"}},
		"signature refused": {order.OpRefund, refused(401, "SIGN_ERROR"), order.RefundAnswered{Verdict: order.Misconfigured}},
	} {
		got, _ := callRefund(t, false, c.op, c.reply)
		c.want.RequestID, c.want.Op = "r1", c.op
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
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
		{false, order.OpModify, wechatstub.Got{Method: "POST", URI: "/v3/payscore/serviceorder/N1/modify", Body: `{"w":1}`}},
		{false, order.OpSync, wechatstub.Got{Method: "POST", URI: "/v3/payscore/serviceorder/N1/sync", Body: `{"w":1}`}},
		{false, order.OpCollect, wechatstub.Got{Method: "POST", URI: "/v3/payscore/serviceorder/N1/pay", Body: `{"w":1}`}},
		{false, order.OpWithdraw, wechatstub.Got{Method: "POST", URI: "/v3/payscore/serviceorder/N1/cancel", Body: `{"w":1}`}},
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
		"an unreadable yes":  {false, order.OpCreate, wechatstub.Reply{Body: `{"out_order_no":"N1","state":{}}`}, order.Answered{Verdict: order.Unknown, Unreadable: true}},
		"a gateway's page":   {false, order.OpCreate, wechatstub.Reply{Status: 404, Body: `<html>`}, order.Answered{Verdict: order.Unknown}},
		"odd decoration":     {false, order.OpQuery, wechatstub.Reply{Body: strings.Replace(paidEntity, "{", `{"risk_fund":{"amount":"10000"},"post_payments":[{"count":1.0}],"Collection":7,`, 1)}, order.Answered{Verdict: order.Accepted, Seen: &seen}},
		"no answer":          {false, order.OpComplete, wechatstub.Reply{Drop: true}, order.Answered{Verdict: order.Unknown}},
		"deduction running":  {false, order.OpCancel, wechatstub.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST"}`, Internal: "271316754"}, order.Answered{Verdict: order.NotNow, After: 3 * time.Minute}},
		"risk":               {false, order.OpCreate, wechatstub.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST"}`, Internal: "271300099"}, order.Answered{Verdict: order.Refusal, Reason: "risk"}},
		"partner's complete": {true, order.OpComplete, wechatstub.Reply{Status: 204}, order.Answered{Verdict: order.Ask}},
		"not cancellable":    {false, order.OpWithdraw, wechatstub.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST"}`, Internal: "271316592"}, order.Answered{Verdict: order.Refusal, Reason: "not_cancellable"}},
		"partner's modify":   {true, order.OpModify, wechatstub.Reply{Status: 204}, order.Answered{Verdict: order.Accepted}},
		"partner's cancel":   {true, order.OpCancel, wechatstub.Reply{Status: 204}, order.Answered{Verdict: order.Accepted}},
	} {
		got, _ := call(t, c.partner, c.op, c.reply)
		c.want.Op, c.want.AskedIn = c.op, order.InService
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
