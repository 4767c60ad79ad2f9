package wechat

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/facepay-go/facepay/services/sandbox/bill"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// writeTrades writes a trade bill from the book: payments by the day they succeeded, then refunds by the day they were
// accepted, each in order of time (in which order WeChat has them is not written down). Orders of 0 and what the merchant
// collected himself have no payment of WeChat's and do not appear (wechat-protocol.md §8.5).
func (s *Server) writeTrades(ctx context.Context, st *statement, w io.Writer) (int, error) {
	file := bill.NewTradeFile(w, st.format(), st.kind)
	rows := spoiledRows{file: file, statement: st}
	if st.kind != bill.Refunds {
		for p, err := range s.Book.Collected(ctx, st.day, st.end()) {
			if err != nil {
				return 0, err
			}
			if st.about(p.Order.MchID, p.Order.SubMchID) {
				rows.add(&p.Order, paymentRow(st, &p.Order, p.Payment))
			}
		}
	}
	if st.kind != bill.Success {
		for r, err := range s.Book.RefundsAccepted(ctx, st.day, st.end()) {
			if err != nil {
				return 0, err
			}
			if !st.about(r.Doc.MchID, r.Doc.SubMchID) {
				continue
			}
			order, payment, err := s.Book.Transaction(ctx, r.Doc.TransactionID)
			if err != nil {
				return 0, err
			}
			rows.add(&order, refundRow(st, &order, payment, &r.Doc))
		}
	}
	if rows.place == 0 {
		return 0, nil
	}
	rows.foreign()
	if st.spoil.Kind == plan.WrongTotals {
		file.Sums.Settlement++
		file.Sums.Amount++
	}
	return rows.place, file.End()
}

// about reports whether an order of these merchants is in the bill.
func (st *statement) about(mchID, subMchID string) bool {
	return mchID == st.merchant.MchID && (st.subMchID == "" || st.subMchID == subMchID)
}

// row is what the rows of a payment and its refunds have in common.
func row(st *statement, o *book.Order, p book.Payment, at time.Time) *bill.Trade {
	t := &bill.Trade{At: at, AppID: o.AppID, MchID: o.MchID, SubMchID: o.SubMchID, TransactionID: p.TransactionID, TradeNo: tradeNo(o, p), OpenID: cmp.Or(o.OpenID, o.SubOpenID),
		Type: "AUTH", Goods: o.Introduction, Attach: "wxzff|" + o.OrderID + "|" + o.OutOrderNo, Rate: st.merchant.FeeRate}
	if p.ByHand {
		// What is in 商户数据包 then is not specified (§8.5): here the order's attach.
		t.Type, t.Attach = "JSAPI", o.Attach
	}
	return t
}

func paymentRow(st *statement, o *book.Order, p book.Payment) *bill.Trade {
	t := row(st, o, p, p.At)
	t.State, t.Settlement, t.Amount, t.Fee = "SUCCESS", p.Amount, p.Amount, st.merchant.FeeRate.Of(p.Amount)
	return t
}

// refundRow shows the refund as it was when the bill was made; it is not updated later (§8.4). Success alone is
// established as a status besides PROCESSING and FAIL (§10.4): closed and abnormal refunds are FAIL here.
func refundRow(st *statement, o *book.Order, p book.Payment, r *book.Refund) *bill.Trade {
	t := row(st, o, p, r.CreatedAt)
	t.State, t.Fee = "REFUND", -st.merchant.FeeRate.Back(r.Amount, r.Earlier)
	t.Refund = &bill.TradeRefund{RefundID: r.RefundID, OutRefundNo: r.OutRefundNo, Amount: r.Amount, Asked: r.Amount}
	switch r.StatusAt(st.made()) {
	case book.RefundSucceeded:
		t.Refund.Status, t.Refund.SucceededAt = "SUCCESS", r.SettledAt
	case book.RefundProcessing:
		t.Refund.Status = "PROCESSING"
	default:
		t.Refund.Status = "FAIL"
	}
	return t
}
