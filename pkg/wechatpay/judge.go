package wechatpay

import "net/http"

// Judge turns an answer into its meaning for the operation, by status, code and internal code only: message texts are
// for people (§6.10). A row decides where there is one (RowOf), the status where there is none.
func Judge(op Operation, a Answer) Verdict {
	switch a.Outcome {
	case Yes:
		return Accepted
	case Unknown:
		return Undecided
	}
	if r, found := RowOf(op, a); found {
		return r.Verdict
	}
	return byStatus(op, a.HTTPStatus)
}

// byStatus judges a code nobody has documented. What makes an order or moves money, and what may have been done by an
// earlier send of the same bytes, is not believed to be refused before a query says so.
func byStatus(op Operation, status int) Verdict {
	switch status {
	case http.StatusUnauthorized:
		return SignatureRefused
	case http.StatusForbidden:
		if op == CreateOrder || op == CreateRefund { // NOTENOUGH and RULELIMIT of older pages are no matter of rights
			return RefusedUnexplained
		}
		return RefusedConfig
	case http.StatusNotFound:
		return NotFound
	case http.StatusTooManyRequests:
		return TooFrequent
	}
	switch op {
	case CreateOrder, CreateRefund:
		return RefusedUnexplained
	case CancelOrder, ModifyOrder, SyncOrder:
		return WrongState
	default:
		return RefusedRule
	}
}
