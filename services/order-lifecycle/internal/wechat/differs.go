package wechat

import (
	"encoding/json"

	"github.com/facepay-go/facepay/pkg/userkey"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Differs names the first identifying field in which a notification is not about the order that we know, empty for none
// (wechat-protocol.md §7.2: match with the own order). A field that either side does not know says nothing.
func (d *Desk) Differs(o *order.Order, n *notifyv1.PayScoreOrderNotified) string {
	var created payscore.CreateRequest // an order that never asked for one has none: then nothing is known of its user
	_ = json.Unmarshal(o.Create.Body, &created)
	for _, f := range []struct{ name, known, told string }{
		{"mchid", d.mchID, n.GetMchid()},
		{"sub_mchid", d.merchant.WeChat.SubMchID, n.GetSubMchid()},
		{"appid", d.merchant.WeChat.AppID, n.GetAppid()},
		{"service_id", o.ServiceID, n.GetServiceId()},
		{"out_order_no", o.OutOrderNo, n.GetOutOrderNo()},
		{"order_id", o.OrderID, n.GetOrderId()},
		{"openid", userkey.OfOrder(o.OutOrderNo, created.OpenID), n.GetUserDigest()},
		{"sub_openid", userkey.OfOrder(o.OutOrderNo, created.SubOpenID), n.GetSubUserDigest()},
	} {
		if f.known != "" && f.told != "" && f.known != f.told {
			return f.name
		}
	}
	return ""
}
