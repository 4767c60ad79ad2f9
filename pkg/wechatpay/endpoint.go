package wechatpay

import (
	"net/http"
	"path"
	"strings"
)

// OtherOperation is a call that is none of the documented operations; it is paced like one.
const OtherOperation Operation = "other"

type endpoint struct {
	method, form string
	operation    Operation
}

// endpoints are the paths of §4 to §9, read only; * is one segment. A partner's paths (§6.12) are the same operations.
var endpoints = []endpoint{
	{http.MethodPost, "/v3/payscore/serviceorder", CreateOrder},
	{http.MethodGet, "/v3/payscore/serviceorder", QueryOrder},
	{http.MethodPost, "/v3/payscore/serviceorder/*/complete", CompleteOrder},
	{http.MethodPost, "/v3/payscore/serviceorder/*/cancel", CancelOrder},
	{http.MethodPost, "/v3/payscore/serviceorder/*/modify", ModifyOrder},
	{http.MethodPost, "/v3/payscore/serviceorder/*/sync", SyncOrder},
	{http.MethodPost, "/v3/payscore/serviceorder/*/pay", CollectOrder},
	{http.MethodPost, "/v3/payscore/permissions", PreAuthorise},
	{http.MethodGet, "/v3/payscore/permissions/*/*", QueryAuthorisation},
	{http.MethodPost, "/v3/payscore/permissions/*/*/terminate", TerminateAuthorisation},
	{http.MethodGet, "/v3/facemch/users/*", QueryUnionID},
	{http.MethodPost, "/v3/refund/domestic/refunds", CreateRefund},
	{http.MethodGet, "/v3/refund/domestic/refunds/*", QueryRefund},
	{http.MethodGet, "/v3/bill/*", ApplyBill},
}

// OperationOf is the operation of a call, by its method and its path as sent; OtherOperation for one of none.
func OperationOf(method, pathAndQuery string) Operation {
	p, _, _ := strings.Cut(pathAndQuery, "?")
	p = strings.Replace(p, "/v3/payscore/partner/", "/v3/payscore/", 1)
	for _, e := range endpoints {
		if matches, err := path.Match(e.form, p); err == nil && matches && e.method == method {
			return e.operation
		}
	}
	return OtherOperation
}

// knownOperation reports an operation that a rate can be set for.
func knownOperation(op Operation) bool {
	for _, e := range endpoints {
		if e.operation == op {
			return true
		}
	}
	return op == OtherOperation
}
