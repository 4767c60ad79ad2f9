package wechat

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/notify"
)

// lie is what a fault makes of the result of an executed call: an answer about another order, or the truth behind a false
// notice.
func (s *Server) lie(ctx context.Context, c *call, result any) (any, error) {
	switch c.rule.Kind {
	case plan.AnswerOfAnother, plan.AnswerOfNobody:
		own, err := s.Book.Order(ctx, c.merchant.MchID, c.subject.OutOrderNo)
		if err != nil {
			return nil, err
		}
		other, err := s.another(ctx, own, c.rule.Kind)
		if err != nil {
			return nil, err
		}
		return sameAnswer(result, &other), nil
	case plan.FalseNotice, plan.ForeignPayerNotice:
		return result, s.announceFalsely(ctx, c)
	}
	return result, nil
}

// another is the order that an answer is about instead of own: a paid one of the merchant if there is one, else the
// oldest other, else one that nobody has.
func (s *Server) another(ctx context.Context, own book.Order, kind plan.Kind) (book.Order, error) {
	if kind == plan.AnswerOfAnother {
		paid, err := s.Book.LastPaid(ctx, 20)
		if err != nil {
			return book.Order{}, err
		}
		rest, _, err := s.Book.Orders(ctx, "", 20)
		if err != nil {
			return book.Order{}, err
		}
		for _, o := range append(paid, rest...) {
			if o.MchID == own.MchID && o.OutOrderNo != own.OutOrderNo {
				return o, nil
			}
		}
	}
	own.OutOrderNo, own.OrderID = notify.NobodysNumber(own.OutOrderNo), notify.NobodysNumber(own.OrderID)
	return own, nil
}

// sameAnswer is an answer of the same shape about another order.
func sameAnswer(result any, other *book.Order) any {
	switch own := result.(type) {
	case orderNames:
		return namesOf(other)
	case orderEntity:
		switch {
		case own.Package != "":
			return createAnswer(other)
		case own.OpenID != "":
			return queryAnswer(other)
		}
		return completeAnswer(other)
	}
	return result
}

// announceFalsely tells the merchant that the called order was paid in full with an amount, before the call is answered.
// The book knows nothing of it.
func (s *Server) announceFalsely(ctx context.Context, c *call) error {
	order, err := s.Book.Order(ctx, c.merchant.MchID, c.subject.OutOrderNo)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	transaction, err := serial(s, "4200", c.now)
	if err != nil {
		return err
	}
	order.Completed, order.Total, order.State, order.Description = true, c.rule.Amount, book.Done, ""
	if c.rule.Kind == plan.ForeignPayerNotice {
		order.OpenID, order.OrderID = notify.NobodysNumber(order.OpenID), notify.NobodysNumber(order.OrderID)
	}
	order.Payments = []book.Payment{{Amount: c.rule.Amount, TransactionID: transaction, At: c.now}}
	n, err := paidNotice(order)
	if err != nil {
		return err
	}
	n.ID = notify.ID("false", string(c.subject.Operation), n.ID)
	return s.Notices.AddAndDeliver(ctx, n)
}

// tampered is a signed body changed on its way, so that it says more than is true: a pending order is paid, a running one
// done, a cancelled one another, and nothing a paid order. Anything else gets a blank, and only the signature can tell.
func tampered(rep reply) reply {
	if rep.status == http.StatusNoContent {
		rep.status, rep.body = http.StatusOK, []byte(`{"state":"DONE"}`)
		return rep
	}
	body := rep.body
	for _, change := range [][2]string{
		{`"USER_PAYING"`, `"USER_PAID"`}, {`"state":"DOING"`, `"state":"DONE"`}, {`"order_id":"1`, `"order_id":"2`},
		{`"status":"PROCESSING"`, `"status":"SUCCESS"`},
	} {
		if bytes.Contains(body, []byte(change[0])) {
			rep.body = []byte(strings.Replace(string(body), change[0], change[1], 1))
			return rep
		}
	}
	rep.body = append(bytes.Clone(body), ' ')
	return rep
}
