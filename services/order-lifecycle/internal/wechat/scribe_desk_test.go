package wechat

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// collecting is an order of 350 fen that WeChat was seen to collect at noon and 300 ms.
func collecting() *order.Order {
	o := order.New("acme", "N1")
	o.ServiceID, o.Create = "500001", order.Request{Body: []byte(`{"risk_fund":{"name":"ESTIMATE_ORDER_COST","amount":10000},"time_range":{"start_time":"OnAccept"}}`)}
	o.State, o.Ended = order.PaymentPending, &order.End{Total: 350}
	o.Steps = []order.Step{{At: noon.Add(300 * time.Millisecond), From: order.Completing, To: order.PaymentPending}}
	return &o
}

// modifyTo has every field set.
func modifyTo(fen int64) *deskv1.AmountModifyRequested {
	return &deskv1.AmountModifyRequested{
		Merchant: "acme", OutOrderNo: "N1", RequestId: "m1", TotalAmountFen: &fen, Reason: "少出一瓶", OccurredAt: timestamppb.New(noon),
		PostPayments:  []*kioskv1.Payment{{Name: "水", AmountFen: new(fen + 50), Description: "矿泉水", Count: 2}},
		PostDiscounts: []*kioskv1.Discount{{Name: "满减", Description: "满4减0.5", AmountFen: new(int64(50)), Count: 1}},
	}
}

func modify(t *testing.T, d *Desk, fen int64) ([]byte, error) {
	t.Helper()
	raw, err := proto.Marshal(modifyTo(fen))
	if err != nil {
		t.Fatal(err)
	}
	return d.Modify(collecting(), order.End{Total: money.Fen(fen), Details: raw}, "少出一瓶", noon.Add(time.Minute))
}

func TestAModifyCarriesTheWholeNewListAndIsLower(t *testing.T) {
	const tail = `"service_id":"500001","post_payments":[{"name":"水","amount":250,"description":"矿泉水","count":2}],` +
		`"post_discounts":[{"name":"满减","description":"满4减0.5","amount":50,"count":1}],"total_amount":200,"reason":"少出一瓶"}`
	got, err := modify(t, desk(false), 200)
	wantBody(t, got, err, `{"appid":"wx8888888888888888",`+tail)
	got, err = modify(t, desk(true), 200)
	wantBody(t, got, err, `{"sub_mchid":"1900000999",`+tail)
	for _, fen := range []int64{350, 351} {
		if _, err := modify(t, desk(false), fen); fault.CodeOf(err) != "not_lower" {
			t.Errorf("to %d: %v", fen, err)
		}
	}
}

func TestAModifyWithAnItemThatHasNoNameIsRefusedHere(t *testing.T) {
	m := modifyTo(200)
	m.PostPayments[0].Name = ""
	raw, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	_, err = desk(false).Modify(collecting(), order.End{Total: 200, Details: raw}, "少出一瓶", noon.Add(time.Minute))
	if fault.FieldOf(err) != "post_payments[0].name" || fault.CodeOf(err) != "required" {
		t.Errorf("got %v", err)
	}
}

func TestAPaymentElsewhereIsToldBehindTheCompletionAndNotAheadOfUs(t *testing.T) {
	now := noon.Add(time.Minute)
	for name, c := range map[string]struct {
		paidAt time.Time
		want   string
	}{
		"its own second":                  {noon.Add(30*time.Second + 900*time.Millisecond), "20261122120030"},
		"now":                             {now, "20261122120100"},
		"in the second of the completion": {noon.Add(500 * time.Millisecond), "20261122120001"},
		"before the completion":           {noon.Add(-time.Hour), "20261122120001"},
	} {
		got, err := desk(false).Sync(collecting(), c.paidAt, now)
		wantBody(t, got, err, `{"appid":"wx8888888888888888","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"`+c.want+`"}}`)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	if _, err := desk(false).Sync(collecting(), now.Add(time.Second), now); fault.CodeOf(err) != "time_future" || !fault.Is(err, fault.Terminal) {
		t.Errorf("a payment to come: %v", err)
	}
	soon := noon.Add(500 * time.Millisecond)
	if _, err := desk(false).Sync(collecting(), soon, soon); fault.AfterOf(err) != 500*time.Millisecond {
		t.Errorf("before the first second is there: %v", err)
	}
	got, err := desk(true).Sync(collecting(), now, now)
	wantBody(t, got, err, `{"sub_mchid":"1900000999","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"20261122120100"}}`)
}

func TestAWishToCollectNamesItsPartiesOnly(t *testing.T) {
	wantBody(t, desk(false).Collect(collecting()), nil, `{"appid":"wx8888888888888888","service_id":"500001"}`)
	wantBody(t, desk(true).Collect(collecting()), nil, `{"sub_mchid":"1900000999","service_id":"500001"}`)
}

// paidInParts was paid at noon, in two parts.
func paidInParts() *order.Order {
	o := collecting()
	o.State = order.Paid
	o.Collections = []order.Collection{{TransactionID: "T1", Amount: 300, PaidAt: noon}, {TransactionID: "T2", Amount: 50, PaidAt: noon}}
	return o
}

func TestARefundNamesThePaymentItsWholeAmountAndOurNumber(t *testing.T) {
	const tail = `"transaction_id":"T1","out_refund_no":"N1@r1","reason":"质量","notify_url":"https://pay.example.com/v1/notify/wechat/wx-main",` +
		`"amount":{"refund":100,"total":300,"currency":"CNY"}}`
	r := order.Refund{RequestID: "r1", TransactionID: "T1", Amount: 100, Total: 300, Reason: "质量"}
	got, err := desk(false).Refund(paidInParts(), r, noon.Add(time.Hour))
	wantBody(t, got, err, `{`+tail)
	got, err = desk(true).Refund(paidInParts(), r, noon.Add(time.Hour))
	wantBody(t, got, err, `{"sub_mchid":"1900000999",`+tail)
}

func TestARefundBeyondWhatWeChatTakesIsNotWritten(t *testing.T) {
	before := func(n int, s order.RefundState, fen money.Fen) func(*order.Order) {
		return func(o *order.Order) {
			for range n {
				o.Refunds = append(o.Refunds, order.Refund{TransactionID: "T1", Amount: fen, State: s})
			}
		}
	}
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		change func(*order.Order)
		reason string
		at     time.Duration
		code   string
	}{
		"on day 365":                       {func(*order.Order) {}, "", 365 * day, ""},
		"a second later":                   {func(*order.Order) {}, "", 365*day + time.Second, "refund_window"},
		"the 50th":                         {before(49, order.RefundSucceeded, 1), "", day, ""},
		"the 51st":                         {before(50, order.RefundSucceeded, 1), "", day, "too_many_refunds"},
		"closed ones count, their fen not": {before(49, order.RefundClosed, 300), "", day, ""},
		"refused ones do not count":        {before(50, order.RefundRefused, 300), "", day, ""},
		"more than remains":                {before(1, order.RefundProcessing, 201), "", day, "above_remaining"},
		"a reason of 81":                   {func(*order.Order) {}, strings.Repeat("因", 81), day, "too_long"},
	} {
		o := paidInParts()
		c.change(o)
		r := order.Refund{RequestID: "r99", TransactionID: "T1", Amount: 100, Total: 300, Reason: c.reason}
		if _, err := desk(false).Refund(o, r, noon.Add(c.at)); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
}

func TestTheLongestNumberOfARefundFits(t *testing.T) {
	no := order.OutRefundNo(strings.Repeat("N", 32), strings.Repeat("r", 31))
	if len(no) != 64 {
		t.Errorf("%d characters", len(no))
	}
	if o, r, ours := order.SplitRefundNo(no); !ours || len(o) != 32 || len(r) != 31 {
		t.Errorf("%s, %s", o, r)
	}
}
