package notify

import (
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
)

// DecodeRefund reads a decrypted refund entity (§9.4). An error is BadEntity.
func DecodeRefund(plain []byte) (*refund.Refund, error) {
	r, err := refund.Decode(plain)
	if err != nil {
		return nil, wechatpay.Reject(wechatpay.BadEntity, err.Error())
	}
	if r.OutRefundNo == "" || r.Status == "" || (r.MchID == "" && r.SpMchID == "") {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the refund lacks mchid, out_refund_no or refund_status")
	}
	return r, nil
}
