package audit

import (
	"context"
	"net/url"
)

// Requests is what the provider received about a number: how many calls of each operation changed its book, how many
// different bodies came, and the calls one by one.
type Requests struct {
	Executed map[string]int `json:"executed"`
	Bodies   map[string]int `json:"bodies"`
	Calls    []struct {
		Operation string `json:"operation"`
		RequestID string `json:"request_id"`
	} `json:"calls"`
}

// RequestsOf reads what the provider received about one number.
func RequestsOf(ctx context.Context, control Control, number string) (r Requests, err error) {
	return r, control.Get(ctx, "/control/wechat/requests", url.Values{"out_order_no": {number}}, &r)
}

// Received is what the provider received and told about a number, in counts.
type Received struct {
	OutOrderNo string         `json:"out_order_no"`
	Executed   map[string]int `json:"executed"`
	Bodies     map[string]int `json:"bodies"`
	// Notices are facts told by callback, Delivered those that our door accepted, Accepted the deliveries it did.
	Notices   int `json:"notices"`
	Delivered int `json:"delivered"`
	Accepted  int `json:"accepted"`
	// Refused are the calls that were answered 4xx.
	Refused []Call `json:"refused"`
}

// Call is a call that the provider refused.
type Call struct {
	Operation string `json:"operation"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	RequestID string `json:"request_id"`
	// Fault is what was planted into the call; empty for an honest answer.
	Fault string `json:"fault"`
}

// Summary reads the counts of every number, and under "" the refused calls that are about none. Calls of the sandbox's last
// moments before a kill may be missing; what they did is in the book.
func Summary(ctx context.Context, control Control) (map[string]Received, error) {
	all := map[string]Received{}
	query := url.Values{"limit": {page}}
	for {
		var got struct {
			Orders     []Received `json:"orders"`
			Unnumbered []Call     `json:"unnumbered"`
			Next       string     `json:"next"`
		}
		if err := control.Get(ctx, "/control/wechat/requests/summary", query, &got); err != nil {
			return nil, err
		}
		for _, r := range got.Orders {
			all[r.OutOrderNo] = r
		}
		if len(got.Unnumbered) > 0 {
			all[""] = Received{Refused: got.Unnumbered}
		}
		if got.Next == "" {
			return all, nil
		}
		query.Set("after", got.Next)
	}
}
