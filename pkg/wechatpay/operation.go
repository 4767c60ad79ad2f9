package wechatpay

import "slices"

// Operation is what was asked of WeChat; the same code can mean different things to different operations.
type Operation string

const (
	// CreateOrder is POST serviceorder (§6.2).
	CreateOrder Operation = "create_order"
	// QueryOrder is GET serviceorder (§6.3).
	QueryOrder Operation = "query_order"
	// CompleteOrder is POST …/complete (§6.4).
	CompleteOrder Operation = "complete_order"
	// CancelOrder is POST …/cancel (§6.5).
	CancelOrder Operation = "cancel_order"
	// ModifyOrder is POST …/modify (§6.6).
	ModifyOrder Operation = "modify_order"
	// SyncOrder is POST …/sync (§6.7).
	SyncOrder Operation = "sync_order"
	// CollectOrder is POST …/pay (§6.8).
	CollectOrder Operation = "collect_order"
	// PreAuthorise is POST permissions (§5.1).
	PreAuthorise Operation = "pre_authorise"
	// QueryAuthorisation is GET permissions/… (§5.2).
	QueryAuthorisation Operation = "query_authorisation"
	// TerminateAuthorisation is POST permissions/…/terminate (§5.3).
	TerminateAuthorisation Operation = "terminate_authorisation"
	// QueryUnionID is GET facemch/users/{face_sid} (§4).
	QueryUnionID Operation = "query_union_id"
	// CreateRefund is POST refund/domestic/refunds (§9.1).
	CreateRefund Operation = "create_refund"
	// QueryRefund is GET refund/domestic/refunds/{out_refund_no} (§9.3).
	QueryRefund Operation = "query_refund"
	// ApplyBill is GET bill/… (§8.1, §8.2).
	ApplyBill Operation = "apply_bill"
)

// Operations lists the whole set, in the order of the sheet.
func Operations() []Operation {
	return slices.Concat(orderOps, permissionOps, []Operation{QueryUnionID}, refundOps, billOps)
}

// The interfaces that share an error table; read only.
var (
	orderOps      = []Operation{CreateOrder, QueryOrder, CompleteOrder, CancelOrder, ModifyOrder, SyncOrder, CollectOrder}
	permissionOps = []Operation{PreAuthorise, QueryAuthorisation, TerminateAuthorisation}
	scoreOps      = slices.Concat(orderOps, permissionOps) // §6.10, §6.11
	refundOps     = []Operation{CreateRefund, QueryRefund}
	billOps       = []Operation{ApplyBill}
)

// but is ops without some.
func but(ops []Operation, without ...Operation) []Operation {
	return slices.DeleteFunc(slices.Clone(ops), func(o Operation) bool { return slices.Contains(without, o) })
}
