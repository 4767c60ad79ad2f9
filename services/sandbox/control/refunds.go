package control

import (
	"context"
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/wechat"
)

// RefundRow is a refund in the book; amounts in fen.
type RefundRow struct {
	MchID         string     `json:"mchid"`
	SubMchID      string     `json:"sub_mchid,omitempty"`
	OutRefundNo   string     `json:"out_refund_no"`
	RefundID      string     `json:"refund_id"`
	OutOrderNo    string     `json:"out_order_no"`
	TransactionID string     `json:"transaction_id"`
	OutTradeNo    string     `json:"out_trade_no"`
	Status        string     `json:"status"`
	RefundAmount  money.Fen  `json:"refund_amount"`
	TotalAmount   money.Fen  `json:"total_amount"`
	Reason        string     `json:"reason,omitempty"`
	CreatedAt     time.Time  `json:"created_at"`
	SettledAt     *time.Time `json:"settled_at,omitempty"`
}

type refundPage struct {
	Refunds []RefundRow     `json:"refunds"`
	Next    docstore.Cursor `json:"next,omitempty"`
}

// showRefunds is GET ?out_order_no=&limit=&after=: refunds by time of acceptance.
func (a *API) showRefunds(r *http.Request) (any, error) {
	limit, err := limitOf(r, 100)
	if err != nil {
		return nil, err
	}
	mchID, err := a.onlyOf(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	refunds, next, err := a.Book.Refunds(r.Context(), q.Get("out_order_no"), docstore.Cursor(q.Get("after")), limit)
	page := refundPage{Refunds: make([]RefundRow, 0, len(refunds)), Next: next}
	for _, f := range refunds {
		if mchID != "" && f.MchID != mchID {
			continue
		}
		page.Refunds = append(page.Refunds, refundRowOf(&f))
	}
	return page, err
}

// showRefund is GET one refund.
func (a *API) showRefund(r *http.Request) (any, error) {
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	f, err := a.Book.Refund(r.Context(), mchID, r.PathValue("out_refund_no"))
	return refundRowOf(&f), err
}

// handleRefund is the staff handling an abnormal refund in the portal.
func (a *API) handleRefund(r *http.Request) (any, error) {
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	return nothing{}, a.WeChat.HandleRefund(r.Context(), mchID, r.PathValue("out_refund_no"))
}

// refundInPortal is POST {"amount_fen", "transaction_id", "out_refund_no", "reason"}: the staff refunds a payment of the order
// in the portal.
func (a *API) refundInPortal(r *http.Request) (any, error) {
	var body struct {
		Amount        money.Fen `json:"amount_fen"`
		TransactionID string    `json:"transaction_id"`
		OutRefundNo   string    `json:"out_refund_no"`
		Reason        string    `json:"reason"`
	}
	if err := read(r, &body); err != nil {
		return nil, err
	}
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	refund, err := a.WeChat.RefundInPortal(r.Context(), mchID, r.PathValue("out_order_no"), wechat.PortalRefund{TransactionID: body.TransactionID,
		OutRefundNo: body.OutRefundNo, Amount: body.Amount, Reason: body.Reason})
	return refundRowOf(&refund), err
}

// addRefunds counts every refund of the book.
func (t *Totals) addRefunds(ctx context.Context, b *book.Book) error {
	t.Refunds = map[string]int{}
	for f, err := range b.RefundsAccepted(ctx, time.Time{}, time.Time{}) {
		if err != nil {
			return err
		}
		t.Refunds[f.Doc.Status]++
		if f.Doc.Status == book.RefundSucceeded {
			t.RefundedFen += f.Doc.Amount
		}
	}
	return nil
}

func refundRowOf(f *book.Refund) RefundRow {
	return RefundRow{MchID: f.MchID, SubMchID: f.SubMchID, OutRefundNo: f.OutRefundNo, RefundID: f.RefundID, OutOrderNo: f.OutOrderNo,
		TransactionID: f.TransactionID, OutTradeNo: f.TradeNo, Status: f.Status, RefundAmount: f.Amount, TotalAmount: f.Total, Reason: f.Reason,
		CreatedAt: f.CreatedAt, SettledAt: unlessZero(f.SettledAt)}
}
