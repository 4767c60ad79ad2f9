package payscore

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// Order is the order entity of every answer and of order notifications (§6.3, §7.3 B). Decoding is tolerant: what
// WeChat leaves out is zero, unknown fields are ignored, unknown states stay as text. It prints without its openid.
type Order struct {
	OutOrderNo          string `json:"out_order_no"`
	ServiceID           string `json:"service_id"`
	AppID               string `json:"appid"`
	MchID               string `json:"mchid"`
	SubMchID            string `json:"sub_mchid"`
	SubAppID            string `json:"sub_appid"`
	ServiceIntroduction string `json:"service_introduction"`
	State               State  `json:"state"`
	// Description is state_description: with DOING only, otherwise empty.
	Description Description `json:"state_description"`
	// TotalAmount in fen is nil before completion.
	TotalAmount   *money.Fen     `json:"total_amount"`
	PostPayments  List[Payment]  `json:"post_payments"`
	PostDiscounts List[Discount] `json:"post_discounts"`
	RiskFund      RiskFund       `json:"risk_fund"`
	TimeRange     TimeRange      `json:"time_range"`
	Location      Location       `json:"location"`
	Attach        string         `json:"attach"`
	NotifyURL     string         `json:"notify_url"`
	OrderID       string         `json:"order_id"`
	OpenID        string         `json:"openid"`
	SubOpenID     string         `json:"sub_openid"`
	// NeedCollection is true when WeChat collects; nil when WeChat does not say.
	NeedCollection *bool `json:"need_collection"`
	// Package opens WeChat's confirm page for a need-confirm order (jump.Confirm), for one hour; real ones may be longer than
	// the documented 300. Only a create answers with it (§6.2).
	Package wechatpay.Secret `json:"package"`
	// Collection exists after a completion above zero; just after it may still be missing.
	Collection *Collection `json:"collection"`
}

// State is an order's state; other values than these are kept and are never final (§6.3).
type State string

// The states of §6.9.
const (
	Created State = "CREATED"
	Doing   State = "DOING"
	Done    State = "DONE"
	Revoked State = "REVOKED"
	Expired State = "EXPIRED"
)

// Description is the state_description of a DOING order.
type Description string

// The descriptions of §6.3.
const (
	UserConfirm Description = "USER_CONFIRM"
	MchComplete Description = "MCH_COMPLETE"
)

// DecodeOrder reads an order entity. The error is Terminal and quotes nothing.
func DecodeOrder(body []byte) (*Order, error) {
	var o Order
	if err := json.Unmarshal(body, &o); err != nil {
		return nil, fault.New(fault.Terminal, "order_unreadable", "the order entity is not its documented JSON")
	}
	return &o, nil
}

// String tells number and state.
func (o Order) String() string {
	s := fmt.Sprintf("order %s %s/%s", o.OutOrderNo, o.State, o.Description)
	if o.Collection != nil {
		s += "/" + string(o.Collection.State)
	}
	return s
}

// Format prints String, whatever the verb.
func (o Order) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// LogValue is String.
func (o Order) LogValue() slog.Value { return slog.StringValue(o.String()) }

// List is a JSON array that may also come as a single object: some official samples type it so (§6.3).
type List[T any] []T

// UnmarshalJSON takes an array, one object, or null.
func (l *List[T]) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '{' {
		var one T
		if err := json.Unmarshal(raw, &one); err != nil {
			return err
		}
		*l = List[T]{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]T)(l))
}
