package notify

import (
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
)

// DecodeOrder reads a decrypted entity B (§7.3), as an answer's: items, risk fund and times may be partial in a notification,
// so query the order when they are needed. An error is BadEntity.
func DecodeOrder(plain []byte) (*payscore.Order, error) {
	o, err := payscore.DecodeOrder(plain)
	if err != nil {
		return nil, wechatpay.Reject(wechatpay.BadEntity, err.Error())
	}
	if o.MchID == "" || o.OutOrderNo == "" || o.State == "" {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the order lacks mchid, out_order_no or state")
	}
	return o, nil
}
