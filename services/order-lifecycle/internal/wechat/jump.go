package wechat

import (
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/jump"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Jump is the way to WeChat's page of an order: its confirmation while it waits for its user, else its details
// (wechat-protocol.md §5.4, §10.2 no. 19). The error is Terminal.
func (d *Desk) Jump(o *order.Order, now time.Time, nonce string) (jump.Page, error) {
	m := jump.Moment{At: now, Nonce: nonce}
	if o.State == order.AwaitingConfirm {
		return d.jumps().Confirm(wechatpay.NewSecret(o.Package), m)
	}
	return d.jumps().OrderDetail(o.ServiceID, o.OutOrderNo, m)
}
