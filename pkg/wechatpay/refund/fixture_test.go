package refund_test

import (
	"os"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
)

// now is 2023-11-15 06:15:04 in Beijing.
var now = wechattest.Start

const number = "RF20231115000001"

// create is the example of §9.1.
func create() refund.CreateRequest {
	return refund.CreateRequest{
		TransactionID: "4200001999202311150000000001", OutRefundNo: number, Reason: "商品质量",
		NotifyURL: "https://pay.example.com/wx/refund", Amount: refund.AmountAsked{Refund: 100, Total: 350, Currency: refund.CNY},
	}
}

// createPartner has every optional field.
func createPartner() refund.CreateRequest {
	r := create()
	r.SubMchID, r.FundsAccount = "1900000110", refund.FundsUnsettled
	r.Amount.From = []refund.Source{{Account: refund.FromAvailable, Amount: 100}}
	r.GoodsDetail = []refund.Goods{{MerchantGoodsID: "G1", WeChatPayGoodsID: "1001", GoodsName: "矿泉水", UnitPrice: 200, RefundAmount: 100, RefundQuantity: 1}}
	return r
}

// payment is the deduction of the vector, a second ago, never refunded.
func payment() refund.Payment {
	return refund.Payment{TransactionID: "4200001999202311150000000001", Amount: 350, PaidAt: now.Add(-time.Second)}
}

// refunded is payment after n refunds of fen each, the latest gap ago.
func refunded(n int, fen money.Fen, gap time.Duration) refund.Payment {
	p := payment()
	p.Refunds, p.Refunded, p.LastAt = n, fen*money.Fen(n), now.Add(-gap)
	return p
}

func file(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
