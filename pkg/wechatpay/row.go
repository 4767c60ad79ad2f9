package wechatpay

import "slices"

// Row is one line of WeChat's error tables: what a code means when it answers certain operations.
type Row struct {
	// Operations are those that are judged by this row.
	Operations []Operation
	// HTTPStatus is the documented one, 0 where the sheet names none. Nothing is decided by it.
	HTTPStatus int
	// Code is that of the error body, or, all digits, an internal code (§6.11).
	Code string
	// Section of wechat-protocol.md.
	Section string
	Verdict Verdict
	// Zh and En say what WeChat means, for an operator; what follows from it is the verdict's text.
	Zh, En string
}

// Internal reports an internal code, the end of a Request-ID.
func (r Row) Internal() bool { return r.Code[0] >= '0' && r.Code[0] <= '9' }

// Rows lists the error tables in the order of the sheet. No operation has two rows for one code. The list is the
// caller's.
func Rows() []Row {
	rows := slices.Concat(codeRows, internalRows, refundRows, billRows)
	for i := range rows {
		rows[i].Operations = slices.Clone(rows[i].Operations)
	}
	return rows
}

// RowOf is the row an answer is judged by: an internal code beats a code (§6.11 is finer than §6.10). False for a code that
// has none, and for an answer that is no refusal; SYSTEM_ERROR has a row, though its outcome is Unknown.
func RowOf(op Operation, a Answer) (Row, bool) {
	if a.Outcome == Yes {
		return Row{}, false
	}
	if a.Outcome == No {
		if r, found := meanings[key{op, a.InternalCode}]; found {
			return r, true
		}
	}
	r, found := meanings[key{op, a.Code}]
	return r, found
}

// Explain puts an answer into words for an operator: what WeChat said, if a row tells, and what follows.
func Explain(op Operation, a Answer) (zh, en string) {
	v := Judge(op, a)
	r, found := RowOf(op, a)
	if !found || r.Verdict != v {
		return v.Zh(), v.En()
	}
	return r.Zh + "；" + v.Zh(), r.En + "; " + v.En()
}

type key struct {
	op   Operation
	code string
}

// meanings finds a row; read only.
var meanings = indexed(Rows())

func indexed(rows []Row) map[key]Row {
	found := map[key]Row{}
	for _, r := range rows {
		for _, op := range r.Operations {
			found[key{op, r.Code}] = r
		}
	}
	return found
}
