package notify

import (
	"encoding/json"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// Refund is the entity of a refund notification (§9.4). Amounts are in fen.
type Refund struct {
	MchID string `json:"mchid"`
	// SpMchID and SubMchID come in partner mode, without MchID.
	SpMchID       string       `json:"sp_mchid"`
	SubMchID      string       `json:"sub_mchid"`
	OutTradeNo    string       `json:"out_trade_no"`
	TransactionID string       `json:"transaction_id"`
	OutRefundNo   string       `json:"out_refund_no"`
	RefundID      string       `json:"refund_id"`
	Status        RefundStatus `json:"refund_status"`
	// SuccessTime is RFC 3339 as received, empty unless the refund succeeded.
	SuccessTime         string `json:"success_time"`
	UserReceivedAccount string `json:"user_received_account"`
	Amount              struct {
		Total       money.Fen `json:"total"`
		Refund      money.Fen `json:"refund"`
		PayerTotal  money.Fen `json:"payer_total"`
		PayerRefund money.Fen `json:"payer_refund"`
	} `json:"amount"`
}

// RefundStatus is SUCCESS, CLOSED or ABNORMAL; other values are kept as text and are not final.
type RefundStatus string

// The statuses of §9.1 that are notified.
const (
	RefundSucceeded  RefundStatus = "SUCCESS"
	RefundWasClosed  RefundStatus = "CLOSED"
	RefundIsAbnormal RefundStatus = "ABNORMAL"
)

// DecodeRefund reads a decrypted refund entity. An error is BadEntity.
func DecodeRefund(plain []byte) (*Refund, error) {
	var r Refund
	if json.Unmarshal(plain, &r) != nil {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the refund is not its documented JSON")
	}
	if r.OutRefundNo == "" || r.Status == "" || (r.MchID == "" && r.SpMchID == "") {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the refund lacks mchid, out_refund_no or refund_status")
	}
	return &r, nil
}
