package wechat

import (
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// refundRequest is the body of a refund (wechat-protocol.md §9.1).
type refundRequest struct {
	SubMchID      string        `json:"sub_mchid"`
	TransactionID string        `json:"transaction_id"`
	OutTradeNo    string        `json:"out_trade_no"`
	OutRefundNo   string        `json:"out_refund_no"`
	Reason        string        `json:"reason"`
	NotifyURL     string        `json:"notify_url"`
	FundsAccount  string        `json:"funds_account"`
	Amount        *refundMoney  `json:"amount"`
	GoodsDetail   []refundGoods `json:"goods_detail"`
}

type refundMoney struct {
	Refund   *money.Fen   `json:"refund"`
	Total    *money.Fen   `json:"total"`
	Currency string       `json:"currency"`
	From     []book.Funds `json:"from"`
}

type refundGoods struct {
	MerchantGoodsID  string     `json:"merchant_goods_id"`
	WechatpayGoodsID string     `json:"wechatpay_goods_id"`
	GoodsName        string     `json:"goods_name"`
	UnitPrice        *money.Fen `json:"unit_price"`
	RefundAmount     *money.Fen `json:"refund_amount"`
	RefundQuantity   *int64     `json:"refund_quantity"`
}

// refundNumber is 1..64 of digits, letters and _-|*@ (§9.1).
var refundNumber = regexp.MustCompile(`^[0-9A-Za-z_\-|*@]{1,64}$`)

func (f *fields) refundNo(value string) {
	f.require(refundNumber.MatchString(value), "out_refund_no", "商户退款单号只能由数字、大小写字母、_-|*@组成,且不超过64个字符")
}

// refund checks every field of §9.1 but the number.
func (f *fields) refund(r *refundRequest, strict bool) {
	f.require(r.TransactionID != "" || r.OutTradeNo != "", "transaction_id", "transaction_id和out_trade_no必须填写其一")
	f.optional("transaction_id", r.TransactionID, 32)
	f.optional("out_trade_no", r.OutTradeNo, 32)
	f.optional("sub_mchid", r.SubMchID, 32)
	f.optional("reason", r.Reason, 80)
	if r.NotifyURL != "" {
		f.require(utf8.RuneCountInString(r.NotifyURL) <= 256, "notify_url", "notify_url超过256个字符")
		f.url("notify_url", r.NotifyURL, strict)
	}
	f.require(r.FundsAccount == "" || r.FundsAccount == "AVAILABLE" || r.FundsAccount == "UNSETTLED", "funds_account", "退款资金来源不合法")
	f.require(r.Amount != nil, "amount", "金额信息不能为空")
	if f.refused != nil {
		return
	}
	f.refundMoney(r.Amount)
	for i, g := range r.GoodsDetail {
		where := fmt.Sprintf("goods_detail[%d].", i)
		f.text(where+"merchant_goods_id", g.MerchantGoodsID, 32)
		f.require(g.UnitPrice != nil, where+"unit_price", "商品单价不能为空")
		f.require(g.RefundAmount != nil, where+"refund_amount", "商品退款金额不能为空")
		f.require(g.RefundQuantity != nil, where+"refund_quantity", "商品退货数量不能为空")
	}
}

func (f *fields) refundMoney(m *refundMoney) {
	f.require(m.Refund != nil && *m.Refund > 0, "amount.refund", "退款金额必须大于0")
	f.require(m.Total != nil && *m.Total > 0, "amount.total", "原订单金额必须大于0")
	f.require(m.Currency == "CNY", "amount.currency", "退款币种必须为CNY")
	for i, from := range m.From {
		where := fmt.Sprintf("amount.from[%d].", i)
		f.require(from.Account == "AVAILABLE" || from.Account == "UNAVAILABLE", where+"account", "出资账户类型不合法")
		f.require(from.Amount > 0, where+"amount", "出资金额必须大于0")
	}
}
