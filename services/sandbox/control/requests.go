package control

import (
	"net/http"
	"time"

	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/notify"
)

// Requests are the calls received for one out_order_no in order of time. Bodies holds, per operation, how many different
// bodies were sent: a caller that freezes its requests has 1 everywhere. Executed counts the calls that changed the book.
type Requests struct {
	Executed map[string]int `json:"executed"`
	Bodies   map[string]int `json:"bodies"`
	Calls    []book.Call    `json:"calls"`
}

// showRequests is GET ?out_order_no=&limit=; without a number it shows calls that have none (authinfo, certificates).
func (a *API) showRequests(r *http.Request) (any, error) {
	limit, err := limitOf(r, 1000)
	if err != nil {
		return nil, err
	}
	mchID, err := a.onlyOf(r)
	if err != nil {
		return nil, err
	}
	calls, err := a.Journal.Calls(r.Context(), mchID, r.URL.Query().Get("out_order_no"), limit)
	if err != nil {
		return nil, err
	}
	executed, bodies := counted(calls)
	return Requests{Executed: executed, Bodies: bodies, Calls: calls}, nil
}

// NoticeRow is a notice with the deliveries made of it.
type NoticeRow struct {
	ID        string           `json:"id"`
	EventType string           `json:"event_type"`
	Outcome   notify.Outcome   `json:"outcome,omitempty"`
	Due       *time.Time       `json:"due,omitempty"`
	Failed    int              `json:"failed_tries"`
	Attempts  []notify.Attempt `json:"attempts"`
}

type noticesAnswer struct {
	Notices []NoticeRow `json:"notices"`
}

// showNotices is GET ?out_order_no=&limit=; without a number it shows authorisation notices.
func (a *API) showNotices(r *http.Request) (any, error) {
	limit, err := limitOf(r, 100)
	if err != nil {
		return nil, err
	}
	mchID, err := a.onlyOf(r)
	if err != nil {
		return nil, err
	}
	notices, err := a.Notices.OfOrder(r.Context(), mchID, r.URL.Query().Get("out_order_no"), limit)
	rows := make([]NoticeRow, 0, len(notices))
	for _, n := range notices {
		rows = append(rows, NoticeRow{ID: n.ID, EventType: n.EventType, Outcome: n.Outcome, Due: unlessZero(n.Due), Failed: n.Tries, Attempts: n.Attempts})
	}
	return noticesAnswer{rows}, err
}
