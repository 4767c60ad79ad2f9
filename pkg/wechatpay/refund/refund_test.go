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
		RefundID: "50000000382023111500000000001", OutRefundNo: number, TransactionID: "4200001999202311150000000001",
		SuccessTime: "2023-11-15T09:00:30+08:00", Status: refund.Success, Amount: refund.Amount{Total: 350, Refund: 100},
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
	if got.Status != refund.Abnormal || got.MchID != "1900000109" || got.Amount.Refund != 100 || got.OutRefundNo != number {
		t.Errorf("%+v", got)
	}
	if _, ok := got.SucceededAt(); ok {
		t.Error("an abnormal refund has not succeeded")
	}
}

func TestAFieldThatNobodyUsesMakesNoRefundUnreadable(t *testing.T) {
	whole := `{"refund_id":"R1","out_refund_no":"RF1","transaction_id":"42","status":"SUCCESS","amount":{"total":350,"refund":100}`
	want := decode(t, whole+"}")
	for _, tail := range []string{
		`,"promotion_detail":{"amount":"5"}`, `,"user_received_account":{}`, `,"channel":7`, `,"success_time":0.5,"success_time":null`, `,"Status":"CLOSED","OUT_REFUND_NO":1`,
		`,"funds_account":[],"create_time":[]`, `,"Amount":{"refund":1},"amount":{"refund":"100","total":350.0,"from":"x","payer_refund":"y","Refund":1}`,
	} {
		if diff := cmp.Diff(want, decode(t, whole+tail+"}")); diff != "" {
			t.Errorf("%s: %s", tail, diff)
		}
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
