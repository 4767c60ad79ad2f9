package lifecycle_test

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/service/servicetest"
	"github.com/facepay-go/facepay/pkg/userkey"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// paidOrder leads N1 to a payment in two parts, T1 of 300 and T2 of 50.
func paidOrder(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.publish(face("N1"))
	wait[*orderv1.OrderOpened](w, "N1")
	w.clock.move(time.Minute)
	w.publish(ended("N1", 350))
	wait[*orderv1.OrderPaymentPending](w, "N1")
	w.publish(&notifyv1.PayScoreOrderNotified{
		Merchant: "acme", OutOrderNo: "N1", ServiceId: "500001", OrderId: "W-N1", UserDigest: userkey.OfOrder("N1", openID), State: "DONE", CollectionState: "USER_PAID",
		TotalAmountFen: new(int64(350)), PaidAmountFen: 350,
		Parts: []*notifyv1.CollectionPart{{TransactionId: "T1", AmountFen: 300, PaidType: "NEWTON"}, {TransactionId: "T2", AmountFen: 50, PaidType: "NEWTON"}},
	})
	wait[*orderv1.OrderPaid](w, "N1")
	return w
}

// TestARefundMadeInThePortalFindsItsOrderByThePayment whatever number it has, also one in a form of ours.
func TestARefundMadeInThePortalFindsItsOrderByThePayment(t *testing.T) {
	for name, number := range map[string]string{"a number of its own": "2026112212000012345678", "a number that looks like ours": "N9@r1"} {
		t.Run(name, func(t *testing.T) {
			w := paidOrder(t)
			servicetest.Publish(t, w.bus, "refund", w.clock.Now(), &notifyv1.WeChatRefundNotified{
				Merchant: "acme", OutRefundNo: number, RefundId: "R1", TransactionId: "T2", RefundStatus: "SUCCESS", RefundAmountFen: 20, TotalAmountFen: 50,
			})
			got := wait[*orderv1.OrderRefunded](w, "N1")
			if got.GetRequestId() != "" || got.GetOutRefundNo() != number || got.GetTransactionId() != "T2" || got.GetAmountFen() != 20 || got.GetRefundedAmountFen() != 20 {
				t.Errorf("got %v", got)
			}
			if alarm := wait[*orderv1.OrderAlarm](w, "N1"); alarm.GetCode() != "refunded_elsewhere" {
				t.Errorf("alarmed %v", alarm)
			}
		})
	}
}

// TestAPaymentOfAnotherUserIsNotBelievedFromANotification: the query, not the notification, says what was paid.
func TestAPaymentOfAnotherUserIsNotBelievedFromANotification(t *testing.T) {
	w := newWorld(t)
	w.publish(face("N1"))
	wait[*orderv1.OrderOpened](w, "N1")
	w.clock.move(time.Minute)
	w.publish(ended("N1", 350))
	wait[*orderv1.OrderPaymentPending](w, "N1")
	before := len(w.calls.Got())
	w.publish(&notifyv1.PayScoreOrderNotified{
		Merchant: "acme", OutOrderNo: "N1", ServiceId: "500001", OrderId: "W-N1", UserDigest: userkey.OfOrder("N1", "oSomebodyElse"), State: "DONE", CollectionState: "USER_PAID",
		TotalAmountFen: new(int64(350)), PaidAmountFen: 350, Parts: []*notifyv1.CollectionPart{{TransactionId: "T1", AmountFen: 350, PaidType: "NEWTON"}},
	})
	for deadline := time.Now().Add(20 * time.Second); len(w.calls.Got()) == before && time.Now().Before(deadline); {
		<-time.After(5 * time.Millisecond)
	}
	if got := w.calls.Got(); len(got) == before || got[before].Method != "GET" {
		t.Fatalf("no query followed: %v", got)
	}
	if paid := servicetest.Events[*orderv1.OrderPaid](t, w.bus, "N1"); len(paid) > 0 {
		t.Errorf("believed: %v", paid)
	}
}
