package wechat

import (
	"context"

	"github.com/facepay-go/facepay/services/sandbox/book"
)

// payRequest is the body of a pay (wechat-protocol.md §6.8).
type payRequest struct {
	AppID     string `json:"appid"`
	ServiceID string `json:"service_id"`
	SubMchID  string `json:"sub_mchid,omitempty" only:"partner"`
}

// pay is POST /v3/payscore/serviceorder/{out_order_no}/pay: WeChat is asked to collect now. The answer does not say how
// that ends. The permission it needs is there; the fault no_permission takes it away.
func (s *Server) pay(ctx context.Context, c *call) (any, error) {
	var request payRequest
	if refused := c.decode(&request); refused != nil {
		return nil, refused
	}
	p, refused := c.party(request.AppID, request.ServiceID, request.SubMchID)
	if refused != nil {
		return nil, refused
	}
	order, err := s.Book.Change(ctx, c.merchant.MchID, c.PathValue("out_order_no"), func(o *book.Order) (bool, error) {
		if !p.has(o) {
			return false, unknownOrder()
		}
		err := o.CollectNow(c.now)
		c.executed = err == nil
		return c.executed, err
	})
	if err != nil {
		return nil, onlyPending(err)
	}
	return namesOf(&order), s.beginCollection(ctx, c, order)
}
