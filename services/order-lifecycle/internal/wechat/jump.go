package wechat

import (
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/jump"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Jump is the way to WeChat's page of an order: its confirmation while it waits for its user, else its details
// (wechat-protocol.md §5.4, §10.2 no. 19). The error is Terminal; a confirmation that came too late is a Conflict, since no
// other package can be had for the same order. So is one whose package never reached us.
func (d *Desk) Jump(o *order.Order, now time.Time, nonce string) (jump.Page, error) {
	m := jump.Moment{At: now, Nonce: nonce}
	if o.State == order.AwaitingConfirm {
		if !now.Before(o.PackageEnds()) {
			return jump.Page{}, fault.New(fault.Conflict, "package_expired", "the order can be confirmed for an hour: cancel it and begin a new one")
		}
		if o.Package == "" {
			return jump.Page{}, fault.New(fault.Conflict, "package_lost", "WeChat's answer with the way to the confirmation was lost: cancel the order and begin a new one")
		}
		return d.jumps().Confirm(wechatpay.NewSecret(o.Package), m)
	}
	return d.jumps().OrderDetail(o.ServiceID, o.OutOrderNo, m)
}
