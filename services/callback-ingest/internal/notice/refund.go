package notice

// Refund is a refund that became final (wechat-protocol.md §9.4).
type Refund struct {
	// Party has no appid and no service_id: a refund notification carries none.
	Party       Party
	OutRefundNo string
	Status      string
}

// Kind is WeChatRefund.
func (Refund) Kind() Kind { return WeChatRefund }

// Key is mchid, sub_mchid, out_refund_no and refund_status (§7.5).
func (r Refund) Key() []string {
	return []string{r.Party.MchID, r.Party.SubMchID, r.OutRefundNo, r.Status}
}

// Concerns is the refund's merchant.
func (r Refund) Concerns() Party { return r.Party }

// OrderNo is "": a refund names the payment, whose out_trade_no is not the out_order_no of an automatic deduction (§10.2).
func (Refund) OrderNo() string { return "" }
