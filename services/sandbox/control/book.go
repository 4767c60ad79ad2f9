package control

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// OrderRow is an order in the book; amounts in fen.
type OrderRow struct {
	MchID            string     `json:"mchid"`
	SubMchID         string     `json:"sub_mchid,omitempty"`
	OutOrderNo       string     `json:"out_order_no"`
	OrderID          string     `json:"order_id"`
	AppID            string     `json:"appid"`
	ServiceID        string     `json:"service_id"`
	OpenID           string     `json:"openid,omitempty"`
	State            string     `json:"state"`
	StateDescription string     `json:"state_description,omitempty"`
	Completed        bool       `json:"completed"`
	TotalAmount      money.Fen  `json:"total_amount"`
	PaidAmount       money.Fen  `json:"paid_amount"`
	TransactionIDs   []string   `json:"transaction_ids,omitempty"`
	Payments         []Payment  `json:"payments,omitempty"`
	PaidByHand       bool       `json:"paid_by_hand,omitempty"`
	DeductTries      int        `json:"failed_deductions,omitempty"`
	CreatedAt        time.Time  `json:"created_at"`
	ConfirmedAt      *time.Time `json:"confirmed_at,omitempty"`
	CompletedAt      *time.Time `json:"completed_at,omitempty"`
	ModifiedAt       *time.Time `json:"modified_at,omitempty"`
	CancelledAt      *time.Time `json:"cancelled_at,omitempty"`
	PaidAt           *time.Time `json:"paid_at,omitempty"`
}

// Payment is one collected amount, fen. What the merchant collected himself (sync) is of type MCH, has no transaction_id,
// and counts in paid_amount as it does at WeChat.
type Payment struct {
	Amount        money.Fen `json:"amount"`
	PaidType      string    `json:"paid_type"`
	TransactionID string    `json:"transaction_id,omitempty"`
	PaidAt        time.Time `json:"paid_at"`
}

// Totals are over the whole book; amounts in fen.
type Totals struct {
	// Created counts orders; States counts them by state, DOING with its description ("DOING/MCH_COMPLETE").
	Created   int            `json:"created"`
	States    map[string]int `json:"states"`
	Completed int            `json:"completed"`
	Paid      int            `json:"paid"`
	// DueFen is the sum of completed totals of orders that are not cancelled, PaidFen what was collected, PaidElsewhereFen
	// the part of it that merchants collected themselves (sync).
	DueFen           money.Fen `json:"due_fen"`
	PaidFen          money.Fen `json:"paid_fen"`
	PaidElsewhereFen money.Fen `json:"paid_elsewhere_fen"`
	// RefundedFen is what refunds gave back to users; Refunds counts them by status.
	RefundedFen money.Fen      `json:"refunded_fen"`
	Refunds     map[string]int `json:"refunds"`
}

// BookPage is a page of the book by time of creation; Totals come with the first page only.
type BookPage struct {
	Totals *Totals         `json:"totals,omitempty"`
	Orders []OrderRow      `json:"orders"`
	Next   docstore.Cursor `json:"next,omitempty"`
}

// showBook is GET ?limit=&after=.
func (a *API) showBook(r *http.Request) (any, error) {
	limit, err := limitOf(r, 100)
	if err != nil {
		return nil, err
	}
	after := docstore.Cursor(r.URL.Query().Get("after"))
	orders, next, err := a.Book.Orders(r.Context(), after, limit)
	if err != nil {
		return nil, err
	}
	page := BookPage{Orders: make([]OrderRow, 0, len(orders)), Next: next}
	for _, o := range orders {
		page.Orders = append(page.Orders, rowOf(&o))
	}
	if after == "" {
		page.Totals, err = a.totals(r.Context())
	}
	return page, err
}

// showOrder is GET one order.
func (a *API) showOrder(r *http.Request) (any, error) {
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	o, err := a.Book.Order(r.Context(), mchID, r.PathValue("out_order_no"))
	return rowOf(&o), err
}

func (a *API) totals(ctx context.Context) (*Totals, error) {
	t := &Totals{States: map[string]int{}}
	for r, err := range a.Book.All(ctx) {
		if err != nil {
			return nil, err
		}
		t.add(&r.Doc)
	}
	return t, t.addRefunds(ctx, a.Book)
}

func (t *Totals) add(o *book.Order) {
	state := o.State
	if o.Description != "" {
		state += "/" + o.Description
	}
	t.Created++
	t.States[state]++
	t.PaidFen += o.Paid()
	t.PaidElsewhereFen += o.PaidElsewhere()
	if o.State == book.Done && len(o.Payments) > 0 {
		t.Paid++
	}
	if o.Completed && o.State != book.Revoked {
		t.Completed++
		t.DueFen += o.Total
	}
}

func rowOf(o *book.Order) OrderRow {
	row := OrderRow{MchID: o.MchID, SubMchID: o.SubMchID, OutOrderNo: o.OutOrderNo, OrderID: o.OrderID, AppID: o.AppID, ServiceID: o.ServiceID, OpenID: o.OpenID,
		State: o.State, StateDescription: o.Description, Completed: o.Completed, TotalAmount: o.Total, PaidAmount: o.Paid(), DeductTries: o.DeductTries,
		CreatedAt: o.CreatedAt, ConfirmedAt: unlessZero(o.ConfirmedAt), CompletedAt: unlessZero(o.CompletedAt), ModifiedAt: unlessZero(o.ModifiedAt), CancelledAt: unlessZero(o.CancelledAt), PaidAt: unlessZero(o.PaidAt)}
	for _, p := range o.Payments {
		row.Payments = append(row.Payments, Payment{p.Amount, p.PaidType(), p.TransactionID, p.At})
		if p.TransactionID != "" {
			row.TransactionIDs = append(row.TransactionIDs, p.TransactionID)
		}
		row.PaidByHand = row.PaidByHand || p.ByHand
	}
	return row
}

func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// limitOf is ?limit=, 1..1000.
func limitOf(r *http.Request, usual int) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return usual, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > 1000 {
		return 0, fault.Invalid("limit", "limit", "must be 1..1000")
	}
	return limit, nil
}

func (a *API) payByHand(r *http.Request) (any, error) {
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	return nothing{}, a.WeChat.PayByHand(r.Context(), mchID, r.PathValue("out_order_no"))
}

func (a *API) cancelInPortal(r *http.Request) (any, error) {
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	return nothing{}, a.WeChat.CancelInPortal(r.Context(), mchID, r.PathValue("out_order_no"))
}
