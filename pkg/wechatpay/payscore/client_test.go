package payscore_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/google/go-cmp/cmp"
)

const orderBody = `{"appid":"wx8888888888888888","mchid":"1900000109","out_order_no":"PS20231115000001","service_id":"500001","state":"DOING",` +
	`"state_description":"USER_CONFIRM","location":{},"post_payments":[],"attach":"","order_id":"1000000000202311150001","package":"x"}`

func TestEachOperationGoesToItsPathWithItsFrozenBytes(t *testing.T) {
	for name, c := range map[string]struct {
		partner bool
		call    func(*payscore.Client, []byte) payscore.Result
		want    string
	}{
		"create":         {false, func(c *payscore.Client, b []byte) payscore.Result { return c.Create(t.Context(), b) }, "POST /v3/payscore/serviceorder"},
		"create partner": {true, func(c *payscore.Client, b []byte) payscore.Result { return c.Create(t.Context(), b) }, "POST /v3/payscore/partner/serviceorder"},
		"complete":       {false, func(c *payscore.Client, b []byte) payscore.Result { return c.Complete(t.Context(), number, b) }, "POST /v3/payscore/serviceorder/PS20231115000001/complete"},
		"modify":         {false, func(c *payscore.Client, b []byte) payscore.Result { return c.Modify(t.Context(), number, b) }, "POST /v3/payscore/serviceorder/PS20231115000001/modify"},
		"modify partner": {true, func(c *payscore.Client, b []byte) payscore.Result { return c.Modify(t.Context(), number, b) }, "POST /v3/payscore/partner/serviceorder/PS20231115000001/modify"},
		"sync":           {false, func(c *payscore.Client, b []byte) payscore.Result { return c.Sync(t.Context(), number, b) }, "POST /v3/payscore/serviceorder/PS20231115000001/sync"},
		"sync partner":   {true, func(c *payscore.Client, b []byte) payscore.Result { return c.Sync(t.Context(), number, b) }, "POST /v3/payscore/partner/serviceorder/PS20231115000001/sync"},
		"pay":            {false, func(c *payscore.Client, b []byte) payscore.Result { return c.Collect(t.Context(), number, b) }, "POST /v3/payscore/serviceorder/PS20231115000001/pay"},
		"pay partner":    {true, func(c *payscore.Client, b []byte) payscore.Result { return c.Collect(t.Context(), number, b) }, "POST /v3/payscore/partner/serviceorder/PS20231115000001/pay"},
		"cancel partner": {true, func(c *payscore.Client, b []byte) payscore.Result { return c.Cancel(t.Context(), number, b) }, "POST /v3/payscore/partner/serviceorder/PS20231115000001/cancel"},
		"cancel":         {false, func(c *payscore.Client, b []byte) payscore.Result { return c.Cancel(t.Context(), number, b) }, "POST /v3/payscore/serviceorder/PS20231115000001/cancel"},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := wechat(t, c.partner, func(wechattest.Got) wechattest.Reply { return wechattest.Reply{Body: orderBody} })
			frozen := `{"out_order_no":"PS20231115000001",  "x":"<&>"}`
			r := c.call(client, []byte(frozen))
			if r.Outcome != wechatpay.Yes || r.Verdict != wechatpay.Accepted || r.Order.Stage() != payscore.StageInService {
				t.Errorf("%v %s", r.Answer, r.Verdict)
			}
			got := server.Got()[0]
			if diff := cmp.Diff(c.want+"\n"+frozen, got.Method+" "+got.URI+"\n"+got.Body); diff != "" {
				t.Error(diff)
			}
			if err := wechattest.CheckAuthorization(got); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAQueryEscapesOnceAndNamesTheParties(t *testing.T) {
	for partner, want := range map[bool]string{
		false: "/v3/payscore/serviceorder?appid=wx1&out_order_no=A%7CB%2AC&service_id=500001",
		true:  "/v3/payscore/partner/serviceorder?out_order_no=A%7CB%2AC&service_id=500001&sub_mchid=1900000110",
	} {
		client, server := wechat(t, partner, func(wechattest.Got) wechattest.Reply {
			return wechattest.Reply{Body: strings.Replace(orderBody, number, "A|B*C", 1)}
		})
		r := client.Query(t.Context(), payscore.Ref{OutOrderNo: "A|B*C", ServiceID: "500001", AppID: "wx1", SubMchID: "1900000110"})
		if r.Outcome != wechatpay.Yes || r.Order == nil || server.Got()[0].URI != want {
			t.Errorf("%v %s", r.Answer, server.Got()[0].URI)
		}
	}
}

func TestAQueryByQueryIDMustStillBeAnsweredByOurOrder(t *testing.T) {
	client, server := wechat(t, false, func(wechattest.Got) wechattest.Reply { return wechattest.Reply{Body: orderBody} })
	ref := payscore.Ref{OutOrderNo: number, QueryID: "15646546545165651+/=", ServiceID: "500001", AppID: "wx1"}
	r := client.Query(t.Context(), ref)
	if want := "/v3/payscore/serviceorder?appid=wx1&query_id=15646546545165651%2B%2F%3D&service_id=500001"; r.Order == nil || server.Got()[0].URI != want {
		t.Errorf("%v %s", r.Answer, server.Got()[0].URI)
	}
	ref.OutOrderNo = "PS2"
	if r := client.Query(t.Context(), ref); r.Verdict != wechatpay.Undecided || r.Order != nil {
		t.Errorf("%v", r.Answer)
	}
}

func TestAnEmptyAnswerInPartnerModeIsAYesWithoutAnOrder(t *testing.T) {
	client, _ := wechat(t, true, func(wechattest.Got) wechattest.Reply { return wechattest.Reply{Status: http.StatusNoContent} })
	for _, r := range []payscore.Result{
		client.Complete(t.Context(), number, []byte("{}")), client.Cancel(t.Context(), number, []byte("{}")),
		client.Modify(t.Context(), number, []byte("{}")), client.Sync(t.Context(), number, []byte("{}")),
		client.Collect(t.Context(), number, []byte("{}")),
	} {
		if r.Verdict != wechatpay.Accepted || r.Order != nil {
			t.Errorf("%v %s", r.Answer, r.Verdict)
		}
	}
	if r := client.Query(t.Context(), payscore.Ref{OutOrderNo: number}); r.Verdict != wechatpay.Undecided {
		t.Errorf("a query without an order proves nothing: %s", r.Verdict)
	}
}

func TestASignedAnswerThatDoesNotFitIsUnknown(t *testing.T) {
	for name, body := range map[string]string{
		"another order": strings.Replace(orderBody, number, "PS2", 1),
		"not JSON":      "<html>",
		"empty":         "",
		"no number":     "{}",
	} {
		client, _ := wechat(t, false, func(wechattest.Got) wechattest.Reply { return wechattest.Reply{Body: body} })
		r := client.Create(t.Context(), []byte(`{"out_order_no":"PS20231115000001"}`))
		if r.Outcome != wechatpay.Unknown || r.Doubt != wechatpay.DoubtUnreadable || r.Verdict != wechatpay.Undecided || r.Order != nil {
			t.Errorf("%s: %v", name, r.Answer)
		}
	}
}

func TestACreatedNeedConfirmOrderHasAPackageThatIsNotPrinted(t *testing.T) {
	body := `{"out_order_no":"PS20231115000001","state":"CREATED","package":"` + strings.Repeat("DJIOSQPYWDxsjdldeuwhdodwxasd_dDiodnwjh9we", 9) + `"}`
	client, _ := wechat(t, false, func(wechattest.Got) wechattest.Reply { return wechattest.Reply{Body: body} })
	r := client.Create(t.Context(), []byte(frozen(t, createConfirm())))
	if r.Order == nil || r.Order.Stage() != payscore.StageAwaitingConfirm || len(r.Order.Package.Reveal()) != 9*41 {
		t.Fatalf("%v", r)
	}
	if text := fmt.Sprintf("%v %+v %#v %v %+v", r, r, r, r.Order, *r.Order) + r.Order.LogValue().String(); strings.Contains(text, "DJIO") {
		t.Error(text)
	}
}

func TestASyncedOrderIsPaidByTheMerchant(t *testing.T) {
	client, _ := wechat(t, false, func(wechattest.Got) wechattest.Reply {
		return wechattest.Reply{Body: `{"out_order_no":"PS20231115000001","state":"DONE","total_amount":350,"need_collection":true,"collection":{"state":"USER_PAID",` +
			`"total_amount":350,"paid_amount":350,"paying_amount":0,"details":[{"seq":1,"amount":350,"paid_type":"MCH","paid_time":"20231115061504"}]}}`}
	})
	r := client.Sync(t.Context(), number, []byte(frozen(t, sync())))
	if r.Order.Stage() != payscore.StagePaid || r.Order.Collection.Details[0].PaidType != payscore.ByMerchant || r.Order.Collection.Details[0].TransactionID != "" {
		t.Errorf("%v %+v", r, r.Order.Collection)
	}
}

func TestARefusalCarriesItsVerdict(t *testing.T) {
	client, _ := wechat(t, false, func(wechattest.Got) wechattest.Reply {
		return wechattest.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST","message":"综合评估未通过"}`, RequestID: "08AB-271300099"}
	})
	r := client.Create(t.Context(), []byte(`{"out_order_no":"PS20231115000001"}`))
	if r.Outcome != wechatpay.No || r.Verdict != wechatpay.RefusedRisk || r.InternalCode != "271300099" {
		t.Errorf("%v %s", r.Answer, r.Verdict)
	}
}

func TestACreateWithoutANumberIsNotSent(t *testing.T) {
	client, server := wechat(t, false, func(wechattest.Got) wechattest.Reply { return wechattest.Reply{} })
	for _, frozen := range []string{"", "x", "{}"} {
		if r := client.Create(t.Context(), []byte(frozen)); !r.NotSent || r.Verdict != wechatpay.Undecided || r.Doubt != wechatpay.DoubtLocal {
			t.Errorf("%v", r.Answer)
		}
	}
	if len(server.Got()) != 0 {
		t.Error("something was sent")
	}
}
