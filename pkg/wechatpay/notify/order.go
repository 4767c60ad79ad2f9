package notify

import (
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
)

// DecodeOrder reads a decrypted entity B (§7.3). risk_fund, time_range and items may be partial: query when something
// is missing. An error is BadEntity.
func DecodeOrder(plain []byte) (*payscore.Order, error) {
	o, err := payscore.DecodeOrder(plain)
	if err != nil {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the order is not its documented JSON")
	}
	if o.MchID == "" || o.OutOrderNo == "" || o.State == "" {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the order lacks mchid, out_order_no or state")
	}
	return o, nil
}
