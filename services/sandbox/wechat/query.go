package wechat

import (
	"context"

	"github.com/facepay-go/facepay/pkg/fault"
)

// query is GET /v3/payscore/serviceorder (wechat-protocol.md §6.3). It changes nothing. A query_id comes from the
// confirm page of need-confirm orders.
func (s *Server) query(ctx context.Context, c *call) (any, error) {
	q := c.URL.Query()
	outOrderNo, id := q.Get("out_order_no"), q.Get("query_id")
	p, refused := c.party(q.Get("appid"), q.Get("service_id"), q.Get("sub_mchid"))
	if refused != nil {
		return nil, refused
	}
	if (outOrderNo == "") == (id == "") {
		return nil, badQuery("out_order_no", "out_order_no和query_id必须且只能填写其一")
	}
	if id != "" {
		var named queryID
		if !unseal(c.merchant, urlUnsafe.Replace(id), &named) {
			return nil, unknownOrder()
		}
		outOrderNo = named.OutOrderNo
	}
	order, err := s.Book.Order(ctx, c.merchant.MchID, outOrderNo)
	if fault.Is(err, fault.NotFound) || err == nil && !p.has(&order) {
		return nil, unknownOrder()
	}
	if err != nil {
		return nil, err
	}
	return queryAnswer(&order), nil
}
