package wechat

import (
	"context"

	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// cancelRequest is the body of a cancel (wechat-protocol.md §6.5).
type cancelRequest struct {
	AppID     string `json:"appid"`
	ServiceID string `json:"service_id"`
	SubMchID  string `json:"sub_mchid,omitempty" only:"partner"`
	Reason    string `json:"reason"`
}

// orderNames is the answer of cancel and pay.
type orderNames struct {
	AppID      string `json:"appid"`
	MchID      string `json:"mchid"`
	OutOrderNo string `json:"out_order_no"`
	ServiceID  string `json:"service_id"`
	OrderID    string `json:"order_id"`
}

// cancel is POST /v3/payscore/serviceorder/{out_order_no}/cancel.
func (s *Server) cancel(ctx context.Context, c *call) (any, error) {
	var request cancelRequest
	if refused := c.decode(&request); refused != nil {
		return nil, refused
	}
	f := fields{}
	f.text("reason", request.Reason, 50)
	if f.refused != nil {
		return nil, f.refused
	}
	p, refused := c.party(request.AppID, request.ServiceID, request.SubMchID)
	if refused != nil {
		return nil, refused
	}
	with, err := digest(&request)
	if err != nil {
		return nil, err
	}
	order, err := s.Book.Change(ctx, c.merchant.MchID, c.PathValue("out_order_no"), func(o *book.Order) (bool, error) {
		if !p.has(o) {
			return false, unknownOrder()
		}
		refuse := p.service.RefuseCancelAfterComplete || c.rule.Kind == plan.NotCancellable
		changed, err := o.Cancel(book.Cancellation{With: with, At: c.now, RefuseCompleted: refuse})
		c.executed = changed
		return changed, err
	})
	if err != nil {
		return nil, refusalOf(err, "当前订单状态不满足撤销条件")
	}
	return namesOf(&order), nil
}

func namesOf(o *book.Order) orderNames {
	return orderNames{o.AppID, o.MchID, o.OutOrderNo, o.ServiceID, o.OrderID}
}
