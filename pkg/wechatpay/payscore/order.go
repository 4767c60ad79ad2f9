package payscore

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
)

// Order is what is used of the order entity, of every answer and of order notifications alike (§6.3, §7.3 B), amounts in fen.
// Items, risk fund, locations and the like are not read: whatever their shape, no order and no payment stays unknown because
// of them. What WeChat leaves out is zero, unknown states stay as text. It prints without its openid.
type Order struct {
	OutOrderNo string
	ServiceID  string
	AppID      string
	MchID      string
	SubMchID   string
	State      State
	// Description is state_description: with DOING only, otherwise empty.
	Description Description
	// TotalAmount in fen is nil before completion.
	TotalAmount *money.Fen
	// StartTime is time_range.start_time: a compact time or OnAccept.
	StartTime string
	OrderID   string
	OpenID    string
	// SubOpenID is the user under the sub-merchant's appid, in partner mode (§6.12).
	SubOpenID string
	// NeedCollection is true when WeChat collects; nil when WeChat does not say.
	NeedCollection *bool
	// Package opens WeChat's confirm page for a need-confirm order (jump.Confirm), for one hour; real ones may be longer than
	// the documented 300. Only a create answers with it (§6.2).
	Package wechatpay.Secret
	// Collection exists after a completion above zero; just after it may still be missing.
	Collection *Collection
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

// DecodeOrder reads an order entity. The error is Terminal, names the field and quotes nothing.
func DecodeOrder(body []byte) (*Order, error) {
	e, err := entity.Read(body)
	if err != nil {
		return nil, fault.New(fault.Terminal, "order_unreadable", "the order entity is not a JSON object")
	}
	o := &Order{
		OutOrderNo: e.Text("out_order_no"), ServiceID: e.Aside("service_id"), AppID: e.Aside("appid"),
		MchID: e.Text("mchid"), SubMchID: e.Text("sub_mchid"),
		State: State(e.Text("state")), Description: Description(e.Text("state_description")), TotalAmount: e.FenOrAbsent("total_amount"),
		StartTime: startTime(e), OrderID: e.Aside("order_id"), OpenID: e.Aside("openid"), SubOpenID: e.Aside("sub_openid"), NeedCollection: e.Yes("need_collection"),
		Package: wechatpay.NewSecret(e.Aside("package")),
	}
	if c, there := e.Object("collection"); there {
		o.Collection = readCollection(c)
	}
	if err := e.Err(); err != nil {
		return nil, fault.Invalid(fault.FieldOf(err), "order_unreadable", "%s of the order entity cannot be read", fault.FieldOf(err))
	}
	return o, nil
}

// startTime is a hint only: one that is not told where it belongs is absent.
func startTime(e entity.Object) string {
	return e.Within("time_range").Aside("start_time")
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
