package wechat

import (
	"context"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/bill"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// writeFlows writes the fund flow bill of the basic account (wechat-protocol.md §8.2). When money moves on it is not
// written down; here at once: a payment comes in and its fee goes out when it succeeds, a refund goes out when it does,
// less the fee that comes back. The words of names and notes are ours.
func (s *Server) writeFlows(ctx context.Context, st *statement, w io.Writer) (int, error) {
	opening, err := s.balance(ctx, st.merchant, st.day)
	if err != nil {
		return 0, err
	}
	file := bill.NewFlowFile(w, st.format(), opening)
	for flow, err := range s.flows(ctx, st.merchant, st.day, st.end()) {
		if err != nil {
			return 0, err
		}
		file.Add(flow)
	}
	if file.Rows() == 0 {
		return 0, nil
	}
	rows := file.Rows()
	if st.spoil.Kind == plan.WrongTotals {
		file.Sums.Income++
	}
	return rows, file.End()
}

// balance is what the basic account held at a moment: all that moved before.
func (s *Server) balance(ctx context.Context, m *account.Merchant, at time.Time) (money.Fen, error) {
	var sum money.Fen
	for flow, err := range s.flows(ctx, m, time.Time{}, at) {
		if err != nil {
			return 0, err
		}
		if flow.Direction == bill.Income {
			sum += flow.Amount
		} else {
			sum -= flow.Amount
		}
	}
	return sum, nil
}

// flows merges payments and refunds in order of time.
func (s *Server) flows(ctx context.Context, m *account.Merchant, from, before time.Time) iter.Seq2[bill.Flow, error] {
	return func(yield func(bill.Flow, error) bool) {
		next, stop := iter.Pull2(s.Book.RefundsSucceeded(ctx, from, before))
		defer stop()
		refund, err, more := next()
		refundsUntil := func(at time.Time) bool {
			for ; more && (err != nil || refund.Doc.SettledAt.Before(at)); refund, err, more = next() {
				if err != nil {
					yield(bill.Flow{}, err)
					return false
				}
				if flow := refundFlow(m, refund); own(m, refund.Doc.MchID, refund.Doc.SubMchID) && flow.Amount > 0 && !yield(flow, nil) {
					return false
				}
			}
			return true
		}
		for p, err := range s.Book.Collected(ctx, from, before) {
			if err != nil {
				yield(bill.Flow{}, err)
				return
			}
			if !refundsUntil(p.Payment.At) {
				return
			}
			if !own(m, p.Order.MchID, p.Order.SubMchID) {
				continue
			}
			for _, flow := range paymentFlows(m, p) {
				if !yield(flow, nil) {
					return
				}
			}
		}
		refundsUntil(before)
	}
}

// own: the money of a partner's sub-merchants is on their accounts.
func own(m *account.Merchant, mchID, subMchID string) bool { return mchID == m.MchID && subMchID == "" }

// paymentFlows are the payment and, where there is one, its fee. Numbers of movements follow from those of the payment.
func paymentFlows(m *account.Merchant, p book.Paid) []bill.Flow {
	id, voucher := p.Payment.TransactionID, tradeNo(&p.Order, p.Payment)
	in := bill.Flow{At: p.Payment.At, BusinessNo: id, FlowNo: flowNo("5100", id), Voucher: voucher, Business: "交易", Direction: bill.Income,
		Amount: p.Payment.Amount, Applicant: "system", Note: "结算总金额" + p.Payment.Amount.Yuan() + "元"}
	fee := inFen(m.FeeRate.Of(p.Payment.Amount))
	if fee == 0 {
		return []bill.Flow{in}
	}
	out := in
	out.FlowNo, out.Business, out.Direction, out.Amount, out.Note = flowNo("5101", id), "扣除交易手续费", bill.Expense, fee, "手续费"+fee.Yuan()+"元"
	return []bill.Flow{in, out}
}

func refundFlow(m *account.Merchant, r docstore.Record[book.Refund]) bill.Flow {
	f := &r.Doc
	fee := inFen(m.FeeRate.Back(f.Amount, f.Earlier))
	return bill.Flow{At: f.SettledAt, BusinessNo: f.RefundID, FlowNo: flowNo("5200", f.RefundID), Voucher: f.OutRefundNo, Business: "退款", Direction: bill.Expense,
		Amount: f.Amount - fee, Applicant: f.MchID + "API", Note: "退款总金额" + f.Amount.Yuan() + "元;含手续费" + fee.Yuan() + "元"}
}

func flowNo(prefix, number string) string {
	return prefix + strings.TrimLeft(number[min(4, len(number)):], "0")
}

// inFen is a fee in fen, which it always is a multiple of.
func inFen(fee money.Fee) money.Fen { return money.Fen(fee / money.FeePerFen) }
