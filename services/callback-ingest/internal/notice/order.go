package notice

import (
	"strconv"

	"github.com/facepay-go/facepay/pkg/money"
)

// Order is news of a PayScore order (entity B, wechat-protocol.md §7.3).
type Order struct {
	Party           Party
	OutOrderNo      string
	EventType       string
	State           string
	CollectionState string
	// Paid is collection.paid_amount in fen. Partial payments are several facts.
	Paid money.Fen
}

// Kind is PayScoreOrder.
func (Order) Kind() Kind { return PayScoreOrder }

// Key is mchid, sub_mchid, out_order_no, event_type, state, collection.state and paid_amount (§7.5). appid and service_id
// join them, which never differ between true facts of one order: a notice that names somebody else's fits no merchant, is
// kept, and must not stand in the way of the true one.
func (o Order) Key() []string {
	paid := strconv.FormatInt(int64(o.Paid), 10)
	return []string{o.Party.MchID, o.Party.SubMchID, o.Party.AppID, o.Party.ServiceID, o.OutOrderNo, o.EventType, o.State, o.CollectionState, paid}
}

// Concerns is the order's merchant, appid and service.
func (o Order) Concerns() Party { return o.Party }

// OrderNo is the out_order_no.
func (o Order) OrderNo() string { return o.OutOrderNo }
