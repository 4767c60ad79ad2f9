package payscore_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/google/go-cmp/cmp"
)

func decode(t testing.TB, body string) *payscore.Order {
	t.Helper()
	o, err := payscore.DecodeOrder([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTheOrderOfTheVectorDecodesWhole(t *testing.T) {
	got := decode(t, file(t, "user_paid_plain.json"))
	want := &payscore.Order{
		OutOrderNo: number, ServiceID: "500001", AppID: "wx8888888888888888", MchID: "1900000109",
		State: payscore.Done, TotalAmount: new(money.Fen(350)), OrderID: "1000000000202311150001", OpenID: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
		StartTime: "20231115061320", NeedCollection: new(true),
		Collection: &payscore.Collection{State: payscore.UserPaid, PaidAmount: 350,
			Details: []payscore.CollectionDetail{{Amount: 350, PaidType: payscore.ByWeChat, PaidTime: "20231115061503", TransactionID: "4200001999202311150000000001"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodingIsTolerant(t *testing.T) {
	got := decode(t, `{"out_order_no":"A","state":"WAIT_PAY","state_description":"","post_payments":{"name":"x","amount":5},"post_discounts":null,
		"location":{},"attach":"","brand_new":{"a":[1]},"collection":{"state":"USER_PAYING","details":{"amount":7,"transaction_id ":"42"}}}`)
	if got.State != "WAIT_PAY" || got.Stage() != payscore.StageUnclear || got.Stage().Final() {
		t.Error("an unknown state is kept and is not final")
	}
	if d := got.Collection.Details[0]; d.TransactionID != "42" || d.Amount != 7 {
		t.Errorf("%+v", d)
	}
	if got.TotalAmount != nil || got.NeedCollection != nil {
		t.Error("what is absent is not zero")
	}
	both := decode(t, `{"collection":{"details":[{"transaction_id":"1","transaction_id ":"2"}]}}`)
	if both.Collection.Details[0].TransactionID != "1" {
		t.Error("the right spelling wins")
	}
}

func TestWhatIsNoOrderIsRefusedWithoutQuotingIt(t *testing.T) {
	for _, body := range []string{"", "x", "[]", `{"total_amount":3.5}`, `{"total_amount":"oUpF8"}`, `{"collection":{"details":"oUpF8"}}`, `{"state":{"oUpF8":1}}`,
		`{"collection":{"details":{"amount":"oUpF8"}}}`, `{"collection":"oUpF8"}`} {
		if _, err := payscore.DecodeOrder([]byte(body)); fault.CodeOf(err) != "order_unreadable" || strings.Contains(err.Error(), "oUpF8") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// The shapes of issue 9 no. 11: each made the whole order unreadable, and a paid order pending.
func TestAFieldThatNobodyUsesMakesNoOrderUnreadable(t *testing.T) {
	whole := file(t, "user_paid_plain.json")
	want := decode(t, whole)
	for name, change := range map[string][2]string{
		"a coupon's share as text":   {`"seq":1`, `"promotion_detail":[{"wechatpay_contribute":"50"}]`},
		"one coupon as an object":    {`"seq":1`, `"promotion_detail":{"amount":"9"}`},
		"a number of a part as text": {`"seq":1`, `"seq":"1"`},
		"a count with a point":       {`"count":2`, `"count":2.0`},
		"items of another kind":      {`"post_payments":[{"name":"商品信息","amount":400,"description":"矿泉水","count":2}]`, `"post_payments":7`},
		"a risk amount as text":      {`"amount":10000`, `"amount":"10000"`},
		"a total of the collection":  {`"total_amount":350,"paying_amount":0`, `"total_amount":{},"paying_amount":"none"`},
		"a flag of another kind":     {`"need_collection":true`, `"need_collection":"true"`},
		"an introduction as a list":  {`"service_introduction":"无人售货柜"`, `"service_introduction":["无人售货柜"]`},
		"amounts as text":            {`"paid_amount":350`, `"paid_amount":"350"`},
		"amounts with a point":       {`"paid_amount":350`, `"paid_amount":350.0`},
		"one part as an object":      {`"details":[{"seq":1,"amount":350,"paid_type":"NEWTON","paid_time":"20231115061503","transaction_id":"4200001999202311150000000001"}]`, `"details":{"amount":350,"paid_type":"NEWTON","paid_time":"20231115061503","transaction_id":"4200001999202311150000000001"}`},
		"names in another case":      {`"paid_amount":350`, `"paid_amount":350,"Paid_Amount":0,"PAID_AMOUNT":"x"`},
		"a state in another case":    {`"state":"DONE"`, `"state":"DONE","State":"REVOKED"`},
	} {
		body := strings.Replace(whole, change[0], change[1], 1)
		if body == whole {
			t.Fatal(name, "changes nothing")
		}
		got, err := payscore.DecodeOrder([]byte(body))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestTheTripleDecidesTheStage(t *testing.T) {
	for body, want := range map[string]payscore.Stage{
		`{"state":"CREATED"}`: payscore.StageAwaitingConfirm,
		`{"state":"DOING","state_description":"USER_CONFIRM"}`:                                      payscore.StageInService,
		`{"state":"DOING","state_description":"MCH_COMPLETE"}`:                                      payscore.StagePaymentPending,
		`{"state":"DOING","state_description":"MCH_COMPLETE","collection":{"state":"USER_PAYING"}}`: payscore.StagePaymentPending,
		`{"state":"DONE","collection":{"state":"USER_PAID"}}`:                                       payscore.StagePaid,
		`{"state":"DOING","state_description":"MCH_COMPLETE","collection":{"state":"USER_PAID"}}`:   payscore.StagePaid,
		`{"state":"DOING","collection":{"state":"USER_PAID"}}`:                                      payscore.StagePaid,
		`{"state":"DONE","total_amount":0}`:                                                         payscore.StageFree,
		`{"state":"DONE"}`:                                                                          payscore.StageFree,
		`{"state":"DONE","total_amount":350}`:                                                       payscore.StageUnclear,
		`{"state":"DONE","need_collection":true}`:                                                   payscore.StageUnclear,
		`{"state":"DONE","total_amount":0,"collection":{"state":"USER_PAYING"}}`:                    payscore.StageUnclear,
		`{"state":"DOING","state_description":"MCH_COMPLETE","collection":{"state":"USER_SOON"}}`:   payscore.StageUnclear,
		`{"state":"REVOKED"}`:                                                                       payscore.StageRevoked,
		`{"state":"EXPIRED"}`:                                                                       payscore.StageExpired,
		`{"state":"DOING","state_description":""}`:                                                  payscore.StageUnclear,
		`{"state":"DOING"}`:                                                                         payscore.StageUnclear,
		`{"state":"CLOSED"}`:                                                                        payscore.StageUnclear,
		`{}`:                                                                                        payscore.StageUnclear,
	} {
		if got := decode(t, body).Stage(); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

func TestAnOpenidIsNeverPrinted(t *testing.T) {
	o, r := decode(t, file(t, "user_paid_plain.json")), create()
	type holder struct{ Order *payscore.Order }
	text := fmt.Sprintf("%v %+v %#v %v %+v %#v %v %+v %#v %v %v", o, o, o, *o, *o, *o, r, r, r, o.LogValue(), r.LogValue()) +
		fmt.Sprintf("%+v", holder{o}) + fmt.Sprintf("%+v", payscore.Result{Order: o})
	if strings.Contains(text, o.OpenID) {
		t.Error(text)
	}
}

func FuzzOrdersDecodeOrFailQuietly(f *testing.F) {
	f.Add([]byte(file(f, "user_paid_plain.json")))
	f.Add([]byte(`{"post_payments":{"amount":1},"collection":{"details":{"transaction_id ":"1"}}}`))
	f.Add([]byte(`{"post_payments":[[]],"total_amount":1e3}`))
	f.Add([]byte(`{"collection":{"state":"USER_PAID","State":"x","paid_amount":"1.0"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := payscore.DecodeOrder(body)
		if err != nil {
			if fault.CodeOf(err) != "order_unreadable" {
				t.Error(err)
			}
			return
		}
		if paid := o.Collection != nil && o.Collection.State == payscore.UserPaid; paid != (o.Stage() == payscore.StagePaid) {
			t.Error("USER_PAID, and nothing else, is paid")
		}
	})
}
