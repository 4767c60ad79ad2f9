package notice

// Authorization is a user's opening or closing of a service (entity A, wechat-protocol.md §7.3).
type Authorization struct {
	Party Party
	// OpenID and SubOpenID are the user; partner mode may name only the second.
	OpenID, SubOpenID string
	Status            string
	OpenOrCloseTime   string
	OutRequestNo      string
}

// Kind is PayScoreAuthorization.
func (Authorization) Kind() Kind { return PayScoreAuthorization }

// Key is mchid, sub_mchid, service_id, openid, status, openorclose_time and out_request_no (§7.5): open, close and open
// again are three facts. sub_openid joins them because it may be the only name of the user, and appid so that a notice
// with a foreign one, which is only kept, does not stand in the way of the true one.
func (a Authorization) Key() []string {
	p := a.Party
	return []string{p.MchID, p.SubMchID, p.AppID, p.ServiceID, a.OpenID, a.SubOpenID, a.Status, a.OpenOrCloseTime, a.OutRequestNo}
}

// Concerns is the service's merchant.
func (a Authorization) Concerns() Party { return a.Party }

// OrderNo is "": an authorisation belongs to no order.
func (Authorization) OrderNo() string { return "" }
