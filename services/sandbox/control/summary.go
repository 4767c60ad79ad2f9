package control

import (
	"math"
	"net/http"

	"github.com/facepay-go/facepay/services/sandbox/book"
)

// Summary is what was received and told about one number, in counts. Executed and Bodies are those of Requests.
type Summary struct {
	OutOrderNo string         `json:"out_order_no"`
	Executed   map[string]int `json:"executed"`
	Bodies     map[string]int `json:"bodies"`
	// Notices counts the facts told by callback, Delivered those that were accepted at least once, Accepted the
	// deliveries that were: more than Delivered when a fact was delivered again.
	Notices   int `json:"notices"`
	Delivered int `json:"delivered"`
	Accepted  int `json:"accepted"`
	// Refused are the calls that were answered 4xx, in order of time.
	Refused []book.Call `json:"refused,omitempty"`
}

type summaryPage struct {
	Orders []Summary `json:"orders"`
	Next   string    `json:"next,omitempty"`
	// Unnumbered are the refused calls that are about no number; on the first page.
	Unnumbered []book.Call `json:"unnumbered,omitempty"`
}

// showSummary is GET ?limit=&after=: a page of numbers in their order.
func (a *API) showSummary(r *http.Request) (any, error) {
	limit, err := limitOf(r, 100)
	if err != nil {
		return nil, err
	}
	mchID, err := a.onlyOf(r)
	if err != nil {
		return nil, err
	}
	page := summaryPage{Orders: []Summary{}}
	if r.URL.Query().Get("after") == "" {
		unnumbered, err := a.Journal.Calls(r.Context(), mchID, "", math.MaxInt)
		if err != nil {
			return nil, err
		}
		page.Unnumbered = refused(unnumbered)
	}
	more, err := a.Journal.ByOrder(r.Context(), mchID, r.URL.Query().Get("after"), limit, func(number string, calls []book.Call) error {
		s := Summary{OutOrderNo: number}
		s.Executed, s.Bodies = counted(calls)
		s.Refused = refused(calls)
		page.Orders = append(page.Orders, s)
		return a.countNotices(r, mchID, &page.Orders[len(page.Orders)-1])
	})
	if more {
		page.Next = page.Orders[len(page.Orders)-1].OutOrderNo
	}
	return page, err
}

// mostNotices is far above the facts that one order has.
const mostNotices = 100

func (a *API) countNotices(r *http.Request, mchID string, s *Summary) error {
	notices, err := a.Notices.OfOrder(r.Context(), mchID, s.OutOrderNo, mostNotices)
	for _, n := range notices {
		accepted := 0
		for _, try := range n.Attempts {
			if try.Status == http.StatusOK || try.Status == http.StatusNoContent {
				accepted++
			}
		}
		s.Notices++
		s.Accepted += accepted
		if accepted > 0 {
			s.Delivered++
		}
	}
	return err
}

// counted gives, per operation, how many calls changed the book and how many different bodies were sent.
func counted(calls []book.Call) (executed, bodies map[string]int) {
	executed, bodies = map[string]int{}, map[string]int{}
	seen := map[[2]string]bool{}
	for _, c := range calls {
		if c.Executed {
			executed[c.Operation]++
		}
		if key := [2]string{c.Operation, c.BodySHA256}; !seen[key] {
			seen[key] = true
			bodies[c.Operation]++
		}
	}
	return executed, bodies
}

// refused are the calls that were answered 4xx.
func refused(calls []book.Call) (all []book.Call) {
	for _, c := range calls {
		if c.Status >= 400 && c.Status < 500 {
			all = append(all, c)
		}
	}
	return all
}
