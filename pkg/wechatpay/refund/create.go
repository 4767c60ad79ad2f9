package refund

import (
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/frozen"
)

// CreateRequest is the body of a refund (申请退款, §9.1). Check it with Validate, freeze it with Freeze, send the frozen
// bytes and only them, for as long as the outcome is unknown: OutRefundNo is what keeps a refund from being paid twice.
type CreateRequest struct {
	SubMchID string `json:"sub_mchid,omitempty"` // partner mode
	// TransactionID is of the deduction (payscore.CollectionDetail).
	TransactionID string `json:"transaction_id"`
	// OutRefundNo is 1..64 of digits, letters and _-|*@.
	OutRefundNo string `json:"out_refund_no"`
	// Reason is at most 80 characters, shown to the user unless the refund is partial and at most one yuan.
	Reason string `json:"reason,omitempty"`
	// NotifyURL receives the REFUND.* notifications; without it the one set in the merchant portal does.
	NotifyURL    string       `json:"notify_url,omitempty"`
	FundsAccount FundsAccount `json:"funds_account,omitempty"`
	Amount       AmountAsked  `json:"amount"`
	GoodsDetail  []Goods      `json:"goods_detail,omitempty"`
}

// AmountAsked is how much is refunded of how much, in fen.
type AmountAsked struct {
	// Refund is at least 1 and, with all earlier refunds, at most Total.
	Refund money.Fen `json:"refund"`
	// Total is the amount of the deduction, not of the order.
	Total money.Fen `json:"total"`
	// From names the accounts that pay the refund, each once, together the whole of it; empty leaves it to WeChat.
	From []Source `json:"from,omitempty"`
	// Currency is CNY.
	Currency string `json:"currency"`
}

// CNY is the one currency.
const CNY = "CNY"

// Source is one account and its share in fen.
type Source struct {
	Account SourceAccount `json:"account"`
	Amount  money.Fen     `json:"amount"`
}

// SourceAccount is AVAILABLE or UNAVAILABLE.
type SourceAccount string

// The accounts a refund is paid from (§9.1).
const (
	FromAvailable   SourceAccount = "AVAILABLE"
	FromUnavailable SourceAccount = "UNAVAILABLE"
)

// FundsAccount is where the money of a refund comes from as a whole; empty leaves it to WeChat. Answers know more
// values than requests (§9.1).
type FundsAccount string

// The funds accounts a request may name.
const (
	FundsAvailable FundsAccount = "AVAILABLE" // merchants with the old fund flow
	FundsUnsettled FundsAccount = "UNSETTLED"
)

// Goods is what is refunded of the goods of a deduction. Amounts are in fen.
type Goods struct {
	MerchantGoodsID  string    `json:"merchant_goods_id"`
	WeChatPayGoodsID string    `json:"wechatpay_goods_id,omitempty"`
	GoodsName        string    `json:"goods_name,omitempty"`
	UnitPrice        money.Fen `json:"unit_price"`
	RefundAmount     money.Fen `json:"refund_amount"`
	RefundQuantity   int       `json:"refund_quantity"`
}

// Freeze is the one encoding of a request, as payscore.Freeze: save the bytes before the first send and replay them.
func Freeze(r CreateRequest) ([]byte, error) { return frozen.Bytes(r) }
