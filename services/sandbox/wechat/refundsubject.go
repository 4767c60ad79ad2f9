package wechat

import (
	"context"

	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// nameRefunded fills in the order that a refund is of: the request names only its payment, fault rules and the journal go
// by orders. A request about nothing known has none, and only rules without a number match it.
func (s *Server) nameRefunded(ctx context.Context, c *call) {
	switch c.subject.Operation {
	case plan.Refund:
		named := refundRequest{TransactionID: member(c.body, "transaction_id"), OutTradeNo: member(c.body, "out_trade_no"), SubMchID: member(c.body, "sub_mchid")}
		if order, _, err := s.refundable(ctx, c, &named); err == nil {
			c.subject.OutOrderNo, c.subject.OpenID = order.OutOrderNo, order.OpenID
		}
	case plan.RefundQuery:
		if refund, err := s.Book.Refund(ctx, c.merchant.MchID, c.PathValue("out_refund_no")); err == nil {
			c.subject.OutOrderNo, c.subject.OpenID = refund.OutOrderNo, refund.OpenID
		}
	}
}
