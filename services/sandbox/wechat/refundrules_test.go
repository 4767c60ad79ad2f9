package wechat

import (
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

func TestRefundFieldsFollowTheirRules(t *testing.T) {
	fen := func(v money.Fen) *money.Fen { return &v }
	count := int64(1)
	for _, c := range []struct {
		change func(*refundRequest)
		field  string
	}{
		{func(*refundRequest) {}, ""},
		{func(r *refundRequest) { r.TransactionID, r.OutTradeNo = "", "WX1" }, ""},
		{func(r *refundRequest) { r.TransactionID = "" }, "transaction_id"},
		{func(r *refundRequest) { r.TransactionID = strings.Repeat("4", 33) }, "transaction_id"},
		{func(r *refundRequest) { r.Reason = strings.Repeat("质", 80) }, ""},
		{func(r *refundRequest) { r.Reason = strings.Repeat("质", 81) }, "reason"},
		{func(r *refundRequest) { r.NotifyURL = "" }, ""},
		{func(r *refundRequest) { r.NotifyURL = "https://pay.example.com/" + strings.Repeat("x", 232) }, ""},
		{func(r *refundRequest) { r.NotifyURL = "https://pay.example.com/" + strings.Repeat("x", 233) }, "notify_url"},
		{func(r *refundRequest) { r.NotifyURL = "https://pay.example.com/wx/refund?a=b" }, "notify_url"},
		{func(r *refundRequest) { r.FundsAccount = "AVAILABLE" }, ""},
		{func(r *refundRequest) { r.FundsAccount = "BASIC" }, "funds_account"},
		{func(r *refundRequest) { r.Amount = nil }, "amount"},
		{func(r *refundRequest) { r.Amount.Refund = nil }, "amount.refund"},
		{func(r *refundRequest) { r.Amount.Refund = fen(0) }, "amount.refund"},
		{func(r *refundRequest) { r.Amount.Total = nil }, "amount.total"},
		{func(r *refundRequest) { r.Amount.Currency = "" }, "amount.currency"},
		{func(r *refundRequest) { r.Amount.From = []book.Funds{{Account: "UNAVAILABLE", Amount: 1}} }, ""},
		{func(r *refundRequest) { r.Amount.From = []book.Funds{{Account: "BASIC", Amount: 1}} }, "amount.from[0].account"},
		{func(r *refundRequest) { r.Amount.From = []book.Funds{{Account: "AVAILABLE"}} }, "amount.from[0].amount"},
		{func(r *refundRequest) {
			r.GoodsDetail = []refundGoods{{MerchantGoodsID: "G1", UnitPrice: fen(1), RefundAmount: fen(1), RefundQuantity: &count}}
		}, ""},
		{func(r *refundRequest) { r.GoodsDetail = []refundGoods{{UnitPrice: fen(1)}} }, "goods_detail[0].merchant_goods_id"},
		{func(r *refundRequest) { r.GoodsDetail = []refundGoods{{MerchantGoodsID: "G1", UnitPrice: fen(1)}} }, "goods_detail[0].refund_amount"},
	} {
		r := &refundRequest{TransactionID: "4200001999202311150000000001", OutRefundNo: "RF1", NotifyURL: "https://pay.example.com/wx/refund",
			Amount: &refundMoney{Refund: fen(100), Total: fen(350), Currency: "CNY"}}
		c.change(r)
		f := fields{}
		f.refund(r, true)
		if got := fieldOf(f.refused); got != c.field {
			t.Errorf("%+v: refused at %q, want %q", r, got, c.field)
		}
	}
}

func TestRefundNumbersHaveTheirAlphabet(t *testing.T) {
	for number, want := range map[string]bool{"RF1": true, "a-Z_9|*@": true, strings.Repeat("9", 64): true, "": false, strings.Repeat("9", 65): false, "RF 1": false, "退款": false} {
		f := fields{}
		f.refundNo(number)
		if got := f.refused == nil; got != want {
			t.Errorf("%q accepted: %v", number, got)
		}
	}
}
