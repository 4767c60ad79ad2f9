package refund_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
	"github.com/google/go-cmp/cmp"
)

func decode(t testing.TB, body string) *refund.Refund {
	t.Helper()
	r, err := refund.Decode([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheAnswerDecodesWhole(t *testing.T) {
	want := &refund.Refund{
		RefundID: "50000000382023111500000000001", OutRefundNo: number, TransactionID: "4200001999202311150000000001", OutTradeNo: "WX1000000000000000001",
		Channel: "ORIGINAL", UserReceivedAccount: "招商银行信用卡0403", SuccessTime: "2023-11-15T09:00:30+08:00", CreateTime: "2023-11-15T09:00:00+08:00",
		Status: refund.Success, FundsAccount: refund.FundsAvailable,
		Amount: refund.Amount{Total: 350, Refund: 100, From: []refund.Source{{Account: refund.FromAvailable, Amount: 100}}, PayerTotal: 350, PayerRefund: 100,
			SettlementRefund: 100, SettlementTotal: 350, Currency: "CNY"},
		Promotions: []refund.Promotion{{PromotionID: "109519", Scope: "SINGLE", Type: "DISCOUNT", Amount: 5, RefundAmount: 1}},
	}
	got := decode(t, file(t, "answer.json"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if at, ok := got.SucceededAt(); !ok || !at.Equal(time.Date(2023, 11, 15, 1, 0, 30, 0, time.UTC)) {
		t.Error(at, ok)
	}
}

func TestANotificationDecodesIntoTheSameEntity(t *testing.T) {
	got := decode(t, file(t, "notified.json"))
	if got.Status != refund.Abnormal || got.MchID != "1900000109" || got.Amount.PayerRefund != 100 || got.OutRefundNo != number {
		t.Errorf("%+v", got)
	}
	if _, ok := got.SucceededAt(); ok {
		t.Error("an abnormal refund has not succeeded")
	}
}

func TestOnlySuccessAndClosedAreFinal(t *testing.T) {
	for status, want := range map[refund.Status]bool{
		refund.Success: true, refund.Closed: true, refund.Processing: false, refund.Abnormal: false, "": false, "CHANGE": false,
	} {
		if status.Final() != want {
			t.Errorf("%q final: %t", status, status.Final())
		}
	}
}

func TestTheUsersAccountIsNotPrinted(t *testing.T) {
	r := decode(t, file(t, "answer.json"))
	text := fmt.Sprintf("%v %+v %#v %s %v %v", r, *r, r, *r, refund.Result{Refund: r}, r.LogValue())
	if strings.Contains(text, "0403") || !strings.Contains(text, "refund RF20231115000001 SUCCESS 100 fen") {
		t.Error(text)
	}
}

func FuzzRefundsDecodeOrFailQuietly(f *testing.F) {
	f.Add([]byte(file(f, "answer.json")))
	f.Add([]byte(file(f, "notified.json")))
	f.Add([]byte(`{"status":"SUCCESS","refund_status":"CLOSED","amount":null}`))
	f.Add([]byte(`{"amount":{"refund":1e3}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := refund.Decode(body)
		if err != nil {
			if fault.CodeOf(err) != "refund_unreadable" || r != nil {
				t.Error(err)
			}
			return
		}
		if again := decode(t, string(body)); !cmp.Equal(r, again) {
			t.Error("decoding twice gives two refunds")
		}
	})
}
