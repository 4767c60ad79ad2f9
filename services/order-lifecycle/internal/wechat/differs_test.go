package wechat

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/userkey"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

func TestANotificationIsHeldAgainstEveryIdentifyingFieldThatWeKnow(t *testing.T) {
	d := desk(true)
	d.mchID = "1900000109"
	o := order.New("acme", "N1")
	o.ServiceID, o.OrderID = "500001", "W1"
	o.Create.Body = []byte(`{"openid":"oUser","sub_openid":"oSubUser"}`)
	ours := func() *notifyv1.PayScoreOrderNotified {
		return &notifyv1.PayScoreOrderNotified{
			OutOrderNo: "N1", Mchid: "1900000109", SubMchid: "1900000999", Appid: "wx8888888888888888", ServiceId: "500001", OrderId: "W1",
			UserDigest: userkey.OfOrder("N1", "oUser"), SubUserDigest: userkey.OfOrder("N1", "oSubUser"),
		}
	}
	for want, change := range map[string]func(*notifyv1.PayScoreOrderNotified){
		"":             func(*notifyv1.PayScoreOrderNotified) {},
		"mchid":        func(n *notifyv1.PayScoreOrderNotified) { n.Mchid = "1" },
		"sub_mchid":    func(n *notifyv1.PayScoreOrderNotified) { n.SubMchid = "1" },
		"appid":        func(n *notifyv1.PayScoreOrderNotified) { n.Appid = "wx1" },
		"service_id":   func(n *notifyv1.PayScoreOrderNotified) { n.ServiceId = "500002" },
		"out_order_no": func(n *notifyv1.PayScoreOrderNotified) { n.OutOrderNo = "N2" },
		"order_id":     func(n *notifyv1.PayScoreOrderNotified) { n.OrderId = "W2" },
		"openid":       func(n *notifyv1.PayScoreOrderNotified) { n.UserDigest = userkey.OfOrder("N1", "oOther") },
		"sub_openid":   func(n *notifyv1.PayScoreOrderNotified) { n.SubUserDigest = userkey.OfOrder("N1", "oOther") },
	} {
		n := ours()
		change(n)
		if got := d.Differs(&o, n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := d.Differs(&o, &notifyv1.PayScoreOrderNotified{OutOrderNo: "N1"}); got != "" {
		t.Errorf("what is not told differs: %s", got)
	}
	fresh := order.New("acme", "N1")
	if got := d.Differs(&fresh, ours()); got != "" {
		t.Errorf("what is not known differs: %s", got)
	}
}
