package bill

import (
	"io"
	"strconv"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// Direction is 收支类型.
type Direction string

const (
	Income  Direction = "收入"
	Expense Direction = "支出"
)

// Flow is one row of a fund flow bill (资金账单, wechat-protocol.md §8.2). Amounts are fen.
type Flow struct {
	At time.Time
	// BusinessNo is the transaction_id or refund_id, FlowNo the number of this movement, Voucher the merchant's number.
	BusinessNo, FlowNo, Voucher string
	// Business is both 业务名称 and 业务类型.
	Business        string
	Direction       Direction
	Amount, Balance money.Fen
	Applicant, Note string
}

var flowColumns = []column[Flow]{
	{"记账时间", func(f *Flow) string { return moment(f.At) }},
	{"微信支付业务单号", func(f *Flow) string { return f.BusinessNo }},
	{"资金流水单号", func(f *Flow) string { return f.FlowNo }},
	{"业务名称", func(f *Flow) string { return f.Business }},
	{"业务类型", func(f *Flow) string { return f.Business }},
	{"收支类型", func(f *Flow) string { return string(f.Direction) }},
	{"收支金额(元)", func(f *Flow) string { return f.Amount.Yuan() }},
	{"账户结余(元)", func(f *Flow) string { return f.Balance.Yuan() }},
	{"资金变更提交申请人", func(f *Flow) string { return f.Applicant }},
	{"备注", func(f *Flow) string { return neutral(f.Note) }},
	{"业务凭证号", func(f *Flow) string { return f.Voucher }},
}

// FlowSums is the summary of a fund flow bill.
type FlowSums struct {
	Incomes, Expenses int
	Income, Expense   money.Fen
}

// Counts print as 20.0 (§8.2).
var flowSummary = []column[FlowSums]{
	{"资金流水总笔数", func(s *FlowSums) string { return count(s.Incomes + s.Expenses) }},
	{"收入笔数", func(s *FlowSums) string { return count(s.Incomes) }},
	{"收入金额", func(s *FlowSums) string { return s.Income.Yuan() }},
	{"支出笔数", func(s *FlowSums) string { return count(s.Expenses) }},
	{"支出金额", func(s *FlowSums) string { return s.Expense.Yuan() }},
}

func count(n int) string { return strconv.Itoa(n) + ".0" }

// FlowFile is a fund flow bill being written. Sums may be spoiled before End.
type FlowFile struct {
	lines   lines
	balance money.Fen
	Sums    FlowSums
}

// NewFlowFile begins a bill with its header; balance is what the account held when the day began.
func NewFlowFile(w io.Writer, f Format, balance money.Fen) *FlowFile {
	file := &FlowFile{lines: newLines(w, f), balance: balance}
	file.lines.header(names(flowColumns))
	return file
}

// Add writes one row with the balance after it, and counts it.
func (f *FlowFile) Add(row Flow) {
	if row.Direction == Income {
		f.balance += row.Amount
		f.Sums.Incomes, f.Sums.Income = f.Sums.Incomes+1, f.Sums.Income+row.Amount
	} else {
		f.balance -= row.Amount
		f.Sums.Expenses, f.Sums.Expense = f.Sums.Expenses+1, f.Sums.Expense+row.Amount
	}
	row.Balance = f.balance
	f.lines.row(values(flowColumns, &row))
}

// Rows is how many were written.
func (f *FlowFile) Rows() int { return f.Sums.Incomes + f.Sums.Expenses }

// End writes the summary. Its error is the first that the writer gave.
func (f *FlowFile) End() error {
	f.lines.header(names(flowSummary))
	f.lines.row(values(flowSummary, &f.Sums))
	return f.lines.end()
}
