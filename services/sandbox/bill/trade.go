package bill

import (
	"io"
	"strconv"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// Kind is bill_type (wechat-protocol.md §8.1).
type Kind string

const (
	All     Kind = "ALL"
	Success Kind = "SUCCESS"
	Refunds Kind = "REFUND"
)

// Trade is one row of a trade bill: a payment or a refund. Amounts are fen.
type Trade struct {
	// At is the time of the payment, or that of the acceptance of the refund.
	At time.Time
	// SubMchID is empty for a direct merchant.
	AppID, MchID, SubMchID, TransactionID, TradeNo, OpenID string
	// Type is AUTH or JSAPI (§8.5), State SUCCESS or REFUND.
	Type, State string
	// Settlement (应结订单金额) and Amount (订单金额) are 0 on refunds.
	Settlement, Amount money.Fen
	Goods, Attach      string
	// Fee is negative on refunds.
	Fee  money.Fee
	Rate Rate
	// Refund is nil on payments.
	Refund *TradeRefund
}

// TradeRefund is what a refund adds to the row of its payment.
type TradeRefund struct {
	RefundID, OutRefundNo string
	// Amount was given back (退款金额), Asked applied for (申请退款金额).
	Amount, Asked money.Fen
	// Status is a snapshot; SucceededAt is zero while there was no success.
	Status      string
	SucceededAt time.Time
}

func (t *Trade) refund() TradeRefund {
	if t.Refund == nil {
		return TradeRefund{RefundID: "0", OutRefundNo: "0"}
	}
	return *t.Refund
}

func (t *Trade) refundType() string {
	if t.Refund == nil {
		return ""
	}
	return "ORIGINAL"
}

func (t *Trade) subMchID() string {
	if t.SubMchID == "" {
		return "0"
	}
	return t.SubMchID
}

func text(value string) func(*Trade) string { return func(*Trade) string { return value } }

// The columns of §8.4 by their numbers; coupons, banks and devices are not simulated.
var (
	columns1to14 = []column[Trade]{
		{"交易时间", func(t *Trade) string { return moment(t.At) }},
		{"公众账号ID", func(t *Trade) string { return t.AppID }},
		{"商户号", func(t *Trade) string { return t.MchID }},
		{"特约商户号", (*Trade).subMchID},
		{"设备号", text("")},
		{"微信订单号", func(t *Trade) string { return t.TransactionID }},
		{"商户订单号", func(t *Trade) string { return t.TradeNo }},
		{"用户标识", func(t *Trade) string { return t.OpenID }},
		{"交易类型", func(t *Trade) string { return t.Type }},
		{"交易状态", func(t *Trade) string { return t.State }},
		{"付款银行", text("OTHERS")},
		{"货币种类", text("CNY")},
		{"应结订单金额", func(t *Trade) string { return t.Settlement.Yuan() }},
		{"代金券金额", text("0.00")},
	}
	refundTimes = []column[Trade]{
		{"退款申请时间", func(t *Trade) string { return moment(t.At) }},
		{"退款成功时间", func(t *Trade) string { return moment(t.refund().SucceededAt) }},
	}
	columns15to20 = []column[Trade]{
		{"微信退款单号", func(t *Trade) string { return t.refund().RefundID }},
		{"商户退款单号", func(t *Trade) string { return t.refund().OutRefundNo }},
		{"退款金额", func(t *Trade) string { return t.refund().Amount.Yuan() }},
		{"充值券退款金额", text("0.00")},
		{"退款类型", (*Trade).refundType},
		{"退款状态", func(t *Trade) string { return t.refund().Status }},
	}
	columns21to25 = []column[Trade]{
		{"商品名称", func(t *Trade) string { return neutral(t.Goods) }},
		{"商户数据包", func(t *Trade) string { return neutral(t.Attach) }},
		{"手续费", func(t *Trade) string { return t.Fee.Yuan() }},
		{"费率", func(t *Trade) string { return t.Rate.String() }},
		{"订单金额", func(t *Trade) string { return t.Amount.Yuan() }},
	}
	column26 = []column[Trade]{{"申请退款金额", func(t *Trade) string { return t.refund().Asked.Yuan() }}}
	column27 = []column[Trade]{{"费率备注", text("")}}
)

// layouts are the columns and the summary of each kind. A real SUCCESS file had the summary of the others once; here it
// has the documented one.
var layouts = map[Kind]struct {
	columns []column[Trade]
	summary []column[TradeSums]
}{
	All:     {joined(columns1to14, columns15to20, columns21to25, column26, column27), summary7},
	Success: {joined(columns1to14, columns21to25, column27), summary4},
	Refunds: {joined(columns1to14, refundTimes, columns15to20, columns21to25, column26, column27), summary7},
}

func joined(parts ...[]column[Trade]) []column[Trade] {
	var all []column[Trade]
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// TradeSums is the summary of a trade bill.
type TradeSums struct {
	Rows                                int
	Settlement, Refunded, Amount, Asked money.Fen
	Fee                                 money.Fee
}

var (
	sumRows       = column[TradeSums]{"总交易单数", func(s *TradeSums) string { return strconv.Itoa(s.Rows) }}
	sumSettlement = column[TradeSums]{"应结订单总金额", func(s *TradeSums) string { return s.Settlement.Yuan() }}
	sumRefunded   = column[TradeSums]{"退款总金额", func(s *TradeSums) string { return s.Refunded.Yuan() }}
	sumCoupons    = column[TradeSums]{"充值券退款总金额", func(*TradeSums) string { return "0.00" }}
	sumFee        = column[TradeSums]{"手续费总金额", func(s *TradeSums) string { return s.Fee.Yuan() }}
	sumAmount     = column[TradeSums]{"订单总金额", func(s *TradeSums) string { return s.Amount.Yuan() }}
	sumAsked      = column[TradeSums]{"申请退款总金额", func(s *TradeSums) string { return s.Asked.Yuan() }}

	summary7 = []column[TradeSums]{sumRows, sumSettlement, sumRefunded, sumCoupons, sumFee, sumAmount, sumAsked}
	summary4 = []column[TradeSums]{sumRows, sumSettlement, sumFee, sumAmount}
)

// TradeFile is a trade bill being written. Sums may be spoiled before End.
type TradeFile struct {
	lines lines
	kind  Kind
	Sums  TradeSums
}

// NewTradeFile begins a bill with its header.
func NewTradeFile(w io.Writer, f Format, kind Kind) *TradeFile {
	t := &TradeFile{lines: newLines(w, f), kind: kind}
	t.lines.header(names(layouts[kind].columns))
	return t
}

// Add writes one row and counts it.
func (t *TradeFile) Add(row *Trade) {
	t.lines.row(values(layouts[t.kind].columns, row))
	refund := row.refund()
	t.Sums.Rows++
	t.Sums.Settlement += row.Settlement
	t.Sums.Amount += row.Amount
	t.Sums.Fee += row.Fee
	t.Sums.Refunded += refund.Amount
	t.Sums.Asked += refund.Asked
}

// End writes the summary. Its error is the first that the writer gave.
func (t *TradeFile) End() error {
	t.lines.header(names(layouts[t.kind].summary))
	t.lines.row(values(layouts[t.kind].summary, &t.Sums))
	return t.lines.end()
}
