package handle

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

func TestTheSummaryTellsWhatTheMerchantTookByOtherMeans(t *testing.T) {
	for name, c := range map[string]struct {
		collection order.Collection
		told       string
	}{
		"the merchant": {order.Collection{Amount: 350, ByMerchant: true}, "paid_elsewhere_fen=350"},
		"WeChat":       {order.Collection{Amount: 350, TransactionID: "T1"}, "transaction_id=T1 refundable_fen=350"},
	} {
		t.Run(name, func(t *testing.T) {
			var told []string
			for _, d := range summary(order.Order{State: order.Paid, PaidFen: 350, Collections: []order.Collection{c.collection}}) {
				told = append(told, d.GetLabel()+"="+d.GetValue())
			}
			if got, want := strings.Join(told, " "), "state=PAID paid_amount_fen=350 "+c.told; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestTheSummaryTellsWhatTheCustomerPaidBeyondWhatWeChatTookNoteOf(t *testing.T) {
	o := order.Order{State: order.Paid, PaidFen: 350, PaidElsewhere: 350,
		Collections: []order.Collection{{Amount: 100, TransactionID: "T1"}, {Amount: 250, ByMerchant: true}}}
	wantTold(t, o, "paid_elsewhere_fen=250", "said_paid_elsewhere_fen=350")
}

func TestNothingIsRefundableOfAPaymentThatWasRefundedInThePortalAsWell(t *testing.T) {
	o := order.Order{State: order.Paid, PaidFen: 350, Collections: []order.Collection{{Amount: 350, TransactionID: "T1"}}, Refunds: []order.Refund{
		{RequestID: "r1", TransactionID: "T1", Amount: 100, State: order.RefundSending},
		{OutRefundNo: "20261129", TransactionID: "T1", Amount: 350, State: order.RefundSucceeded},
	}}
	wantTold(t, o, "refundable_fen=0")
}

func TestTheSummaryTellsWhatAnAlarmMeansOfWhichRefundAndWhetherItsWaitIsOver(t *testing.T) {
	at := time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
	o := order.Order{State: order.Paid, Alarms: []order.AlarmRaised{
		{Code: "sync_refused", At: at, Over: true}, {Code: "paid_twice", Refund: "auto-1", At: at}, {Code: "refund_slow", Refund: "r1", At: at},
	}, Refunds: []order.Refund{{RequestID: "auto-1", State: order.RefundSucceeded}, {RequestID: "r1", State: order.RefundProcessing, RefundID: "5000", Amount: 1, Total: 2}}}
	wantTold(t, o, "refund r1=PROCESSING, 1 of 2 fen, refund_id 5000", "alarm_over=sync_refused at 2026-03-01T04:00:00Z",
		"alarm_over=paid_twice of refund auto-1 at 2026-03-01T04:00:00Z", "alarm=refund_slow of refund r1 at 2026-03-01T04:00:00Z",
		"alarm_en=WeChat has been working on a refund for too long")
}

// wantTold demands particulars of the order's summary.
func wantTold(t *testing.T, o order.Order, wanted ...string) {
	t.Helper()
	var told []string
	for _, d := range summary(o) {
		told = append(told, d.GetLabel()+"="+d.GetValue())
	}
	for _, want := range wanted {
		if !slices.Contains(told, want) {
			t.Errorf("%q is not in %q", want, told)
		}
	}
}
