package wechat

import (
	"io"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/bill"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/notify"
)

// format is that of the statement's file.
func (st *statement) format() bill.Format {
	f := bill.Plain
	switch st.spoil.Kind {
	case plan.CRLF:
		f.LineEnd = "\r\n"
	case plan.BOM:
		f.Mark = bill.ByteOrderMark
	}
	return f
}

// spoiledRows writes rows, each as its fault has it. Sums are those of the rows that were written: the bill is wrong, not
// contradictory.
type spoiledRows struct {
	*statement
	file *bill.TradeFile
	// place counts the rows that are true, last is the last of them.
	place int
	last  *bill.Trade
}

func (r *spoiledRows) add(o *book.Order, row *bill.Trade) {
	r.last = row
	rule := r.next(r.place, o)
	r.place++
	switch rule.Kind {
	case plan.RowMissing:
		return
	case plan.RowDoubled:
		r.file.Add(row)
	case plan.RowAmount:
		row = withAmount(*row, rule.Amount)
	case plan.RowFee:
		fee := *row
		fee.Fee += 10 * money.FeePerFen
		row = &fee
	case plan.RowState:
		row = withState(*row)
	}
	r.file.Add(row)
}

// next is the fault of a row: asked for when the bill is hashed, the same when it is downloaded.
func (st *statement) next(place int, o *book.Order) plan.Rule {
	if !st.hashed {
		if rule := st.strike(o.OutOrderNo, o.OpenID); rule.Kind != "" {
			st.spoiled[place] = rule
		}
	}
	return st.spoiled[place]
}

// foreign adds the row of a payment that nobody made.
func (r *spoiledRows) foreign() {
	if r.spoil.Kind != plan.ForeignRow || r.last == nil {
		return
	}
	stranger := *r.last
	stranger.TransactionID = notify.NobodysNumber(stranger.TransactionID)
	stranger.TradeNo, stranger.Attach = notify.NobodysNumber(stranger.TradeNo), stranger.Attach+"x" // out_order_no comes last
	if stranger.Refund != nil {
		refund := *stranger.Refund
		refund.RefundID, refund.OutRefundNo = notify.NobodysNumber(refund.RefundID), notify.NobodysNumber(refund.OutRefundNo)
		stranger.Refund = &refund
	}
	r.file.Add(withAmount(stranger, r.spoil.Amount))
}

func withAmount(t bill.Trade, amount money.Fen) *bill.Trade {
	if t.Refund == nil {
		t.Settlement, t.Amount = amount, amount
		return &t
	}
	refund := *t.Refund
	refund.Amount, refund.Asked = amount, amount
	t.Refund = &refund
	return &t
}

// withState says of a payment that it was revoked, of a refund that it failed.
func withState(t bill.Trade) *bill.Trade {
	if t.Refund == nil {
		t.State = "REVOKED"
		return &t
	}
	refund := *t.Refund
	refund.Status = "FAIL"
	t.Refund = &refund
	return &t
}

// keptBack is how many bytes a cut file lacks: of a gzip file its trailer and more.
const keptBack = 24

// cutter passes on all but the last bytes.
type cutter struct {
	to   io.Writer
	tail []byte
}

func (c *cutter) Write(p []byte) (int, error) {
	c.tail = append(c.tail, p...)
	if extra := len(c.tail) - keptBack; extra > 0 {
		if _, err := c.to.Write(c.tail[:extra]); err != nil {
			return 0, err
		}
		c.tail = append(c.tail[:0], c.tail[extra:]...)
	}
	return len(p), nil
}
