package wechat

import (
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// orderEntity is an order on the wire (wechat-protocol.md §6.3). Real answers have "location":{}, empty arrays and
// "attach":"" where nothing was given (§6.2), so those have no omitempty.
type orderEntity struct {
	OutOrderNo          string         `json:"out_order_no"`
	ServiceID           string         `json:"service_id"`
	AppID               string         `json:"appid"`
	MchID               string         `json:"mchid"`
	SubMchID            string         `json:"sub_mchid,omitempty"`
	SubAppID            string         `json:"sub_appid,omitempty"`
	ServiceIntroduction string         `json:"service_introduction"`
	State               string         `json:"state"`
	StateDescription    string         `json:"state_description,omitempty"`
	TotalAmount         *money.Fen     `json:"total_amount,omitempty"`
	PostPayments        []book.Line    `json:"post_payments"`
	PostDiscounts       []book.Line    `json:"post_discounts"`
	RiskFund            book.RiskFund  `json:"risk_fund"`
	TimeRange           book.TimeRange `json:"time_range"`
	Location            book.Location  `json:"location"`
	Attach              *string        `json:"attach,omitempty"`
	NotifyURL           string         `json:"notify_url,omitempty"`
	OrderID             string         `json:"order_id"`
	OpenID              string         `json:"openid,omitempty"`
	SubOpenID           string         `json:"sub_openid,omitempty"`
	Package             string         `json:"package,omitempty"`
	NeedCollection      *bool          `json:"need_collection,omitempty"`
	Collection          *collection    `json:"collection,omitempty"`
}

type collection struct {
	State        string    `json:"state"`
	TotalAmount  money.Fen `json:"total_amount"`
	PayingAmount money.Fen `json:"paying_amount"`
	PaidAmount   money.Fen `json:"paid_amount"`
	Details      []detail  `json:"details,omitempty"`
}

type detail struct {
	Seq           int       `json:"seq"`
	Amount        money.Fen `json:"amount"`
	PaidType      string    `json:"paid_type"`
	PaidTime      string    `json:"paid_time"`
	TransactionID string    `json:"transaction_id,omitempty"`
}

func entity(o *book.Order) orderEntity {
	e := orderEntity{OutOrderNo: o.OutOrderNo, ServiceID: o.ServiceID, AppID: o.AppID, MchID: o.MchID, SubMchID: o.SubMchID, SubAppID: o.SubAppID, ServiceIntroduction: o.Introduction,
		State: o.State, StateDescription: o.Description, PostPayments: noNull(o.Items), PostDiscounts: noNull(o.Discounts),
		RiskFund: o.RiskFund, TimeRange: o.TimeRange, Location: o.Location, Attach: &o.Attach, OrderID: o.OrderID}
	total := o.Total
	if o.State == book.Revoked {
		total = 0 // a cancelled order costs nothing, whatever was commanded (conventions of the sheet)
	}
	if o.Completed || o.State == book.Revoked {
		e.TotalAmount = &total
	}
	if o.Completed {
		collects := total > 0
		e.NeedCollection = &collects
	}
	return e
}

func noNull(lines []book.Line) []book.Line {
	if lines == nil {
		return []book.Line{}
	}
	return lines
}

// createAnswer has the fields of §6.2, the package among them, and no total; after a repeat its state may be a later one.
func createAnswer(o *book.Order) orderEntity {
	e := entity(o)
	e.NotifyURL, e.Package, e.TotalAmount, e.NeedCollection = o.NotifyURL, o.Package, nil, nil
	return e
}

// completeAnswer has the fields of §6.4: no attach, and no collection, which a real one never shows yet.
func completeAnswer(o *book.Order) orderEntity {
	e := entity(o)
	e.Attach = nil
	return e
}

// queryAnswer is the whole order.
func queryAnswer(o *book.Order) orderEntity {
	e := entity(o)
	e.NotifyURL, e.OpenID, e.SubOpenID, e.Collection = o.NotifyURL, o.OpenID, o.SubOpenID, collectionOf(o)
	return e
}

// collectionOf exists only after a non-zero completion (§6.3). A cancelled completion collects nothing.
func collectionOf(o *book.Order) *collection {
	if !o.Completed || o.Total == 0 || o.State == book.Revoked {
		return nil
	}
	c := &collection{State: "USER_PAYING", TotalAmount: o.Total, PayingAmount: o.Total - o.Paid(), PaidAmount: o.Paid()}
	if c.PayingAmount == 0 {
		c.State = "USER_PAID"
	}
	for i, p := range o.Payments {
		d := detail{Seq: i + 1, Amount: p.Amount, PaidType: p.PaidType(), PaidTime: compact(p.At)}
		if c.State == "USER_PAID" { // a part has none before the rest is in, what the merchant collected never (§6.3)
			d.TransactionID = p.TransactionID
		}
		c.Details = append(c.Details, d)
	}
	return c
}
