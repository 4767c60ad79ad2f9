package payscore

import "net/url"

const (
	directPath  = "/v3/payscore/serviceorder"
	partnerPath = "/v3/payscore/partner/serviceorder" // §6.12
)

// CollectionPath is where orders are created and queried.
func CollectionPath(partner bool) string {
	if partner {
		return partnerPath
	}
	return directPath
}

// ActionPath is where one order is acted on: complete, cancel, modify, sync or pay. The number is escaped here, exactly
// once; the result must not be escaped again (§1.2, §11.8).
func ActionPath(partner bool, outOrderNo, action string) string {
	return CollectionPath(partner) + "/" + url.PathEscape(outOrderNo) + "/" + action
}

// Ref names one order for a query (§6.3); in partner mode AppID stays empty and SubMchID is set (§6.12).
type Ref struct {
	// OutOrderNo is whose order the answer must be of.
	OutOrderNo string
	// QueryID is what WeChat's confirm page of a need-confirm order gives back, at most 512 characters. When set it is sent
	// instead of the number: WeChat takes exactly one.
	QueryID   string
	ServiceID string
	AppID     string
	SubMchID  string
}

// queryPath has its parameters in the order of their names, escaped once by url.Values.
func queryPath(partner bool, r Ref) string {
	q := url.Values{"service_id": {r.ServiceID}}
	if r.QueryID != "" {
		q.Set("query_id", r.QueryID)
	} else {
		q.Set("out_order_no", r.OutOrderNo)
	}
	if partner {
		q.Set("sub_mchid", r.SubMchID)
	} else {
		q.Set("appid", r.AppID)
	}
	return CollectionPath(partner) + "?" + q.Encode()
}
