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
		OutOrderNo: number, ServiceID: "500001", AppID: "wx8888888888888888", MchID: "1900000109", ServiceIntroduction: "无人售货柜",
		State: payscore.Done, TotalAmount: new(money.Fen(350)), OrderID: "1000000000202311150001", OpenID: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
		PostPayments:  payscore.List[payscore.Payment]{{Name: "商品信息", Amount: new(money.Fen(400)), Description: "矿泉水", Count: 2}},
		PostDiscounts: payscore.List[payscore.Discount]{{Name: "满减", Description: "满4减0.5", Amount: new(money.Fen(50))}},
		RiskFund:      payscore.RiskFund{Name: payscore.FundEstimate, Amount: 10000},
		TimeRange:     payscore.TimeRange{StartTime: "20231115061320", EndTime: "20231115061500"}, NeedCollection: new(true),
		Collection: &payscore.Collection{State: payscore.UserPaid, TotalAmount: 350, PaidAmount: 350,
			Details: payscore.List[payscore.CollectionDetail]{{Seq: 1, Amount: 350, PaidType: payscore.ByWeChat, PaidTime: "20231115061503",
				TransactionID: "4200001999202311150000000001"}}},
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
	if len(got.PostPayments) != 1 || *got.PostPayments[0].Amount != 5 || got.PostDiscounts != nil {
		t.Errorf("%v %v", got.PostPayments, got.PostDiscounts)
	}
	if d := got.Collection.Details[0]; d.TransactionID != "42" || d.Amount != 7 || d.Seq != 0 {
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
	for _, body := range []string{"", "x", "[]", `{"total_amount":3.5}`, `{"total_amount":"oUpF8"}`, `{"collection":{"details":"oUpF8"}}`, `{"post_payments":{"amount":"oUpF8"}}`} {
		if _, err := payscore.DecodeOrder([]byte(body)); fault.CodeOf(err) != "order_unreadable" || strings.Contains(err.Error(), "oUpF8") {
			t.Errorf("%s: %v", body, err)
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
