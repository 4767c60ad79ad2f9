package handle

import (
	"strings"
	"testing"

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
