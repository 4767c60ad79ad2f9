package wechat

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// An order paid in two parts, one of them by the merchant.
const paidEntity = `{"out_order_no":"N1","service_id":"500001","order_id":"W1","state":"DONE","state_description":"","total_amount":350,
"time_range":{"start_time":"20261122115900"},"need_collection":true,"collection":{"state":"USER_PAID","total_amount":350,"paying_amount":0,
"paid_amount":350,"details":[{"seq":1,"amount":300,"paid_type":"NEWTON","paid_time":"20261122120503","transaction_id":"T1"},
{"seq":2,"amount":50,"paid_type":"MCH","paid_time":"soon"}]}}`

func wantSeen() order.Seen {
	return order.Seen{
		State: "DONE", Collection: "USER_PAID", Total: new(money.Fen(350)), PaidFen: 350, OrderID: "W1", ServiceID: "500001",
		StartedAt: noon.Add(-time.Minute),
		Parts: []order.Collection{
			{TransactionID: "T1", Amount: 300, PaidAt: noon.Add(5*time.Minute + 3*time.Second)},
			{Amount: 50, ByMerchant: true}, // a time that does not parse is left out, the money is not
		},
	}
}

func TestAnAnswersOrderIsReadInFull(t *testing.T) {
	entity, err := payscore.DecodeOrder([]byte(paidEntity))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantSeen(), See(*entity)); diff != "" {
		t.Error(diff)
	}
}

func TestANotificationSaysTheSameAndThatItWasTold(t *testing.T) {
	got := Told(&notifyv1.PayScoreOrderNotified{
		ServiceId: "500001", OrderId: "W1", State: "DONE", CollectionState: "USER_PAID", TotalAmountFen: new(int64(350)), PaidAmountFen: 350,
		Parts: []*notifyv1.CollectionPart{
			{TransactionId: "T1", AmountFen: 300, PaidType: "NEWTON", PaidTime: "20261122120503"}, {AmountFen: 50, PaidType: "MCH", PaidTime: "soon"},
		},
	})
	want := wantSeen()
	want.Told, want.StartedAt = true, time.Time{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if Told(&notifyv1.PayScoreOrderNotified{}).Total != nil {
		t.Error("a total that was not told became 0")
	}
}

func TestOnlyAMomentIsAStart(t *testing.T) {
	for _, start := range []string{"OnAccept", "20261122", ""} {
		if at := See(payscore.Order{StartTime: start}).StartedAt; !at.IsZero() {
			t.Errorf("%q: started at %v", start, at)
		}
	}
}
