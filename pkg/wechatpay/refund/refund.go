package refund

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
)

// Refund is what is used of the refund entity of answers (§9.1, §9.3) and of notifications (§9.4), which name some fields
// differently. What WeChat leaves out is zero, unknown words are kept. Where the money goes to and which coupons come back is
// not read: whatever their shape, no refund stays unknown because of them.
type Refund struct {
	RefundID      string
	OutRefundNo   string
	TransactionID string
	// MchID, in partner mode SpMchID and SubMchID, come in notifications only.
	MchID    string
	SpMchID  string
	SubMchID string
	// SuccessTime is RFC 3339 as received, empty unless the refund succeeded; see SucceededAt.
	SuccessTime string
	Status      Status
	Amount      Amount
}

// Amount is what a refund moves, in fen.
type Amount struct {
	// Total is that of the deduction.
	Total  money.Fen
	Refund money.Fen
}

// Decode reads a refund entity. The error is Terminal, names the field and quotes nothing.
func Decode(body []byte) (*Refund, error) {
	e, err := entity.Read(body)
	if err != nil {
		return nil, fault.New(fault.Terminal, "refund_unreadable", "the refund entity is not a JSON object")
	}
	amount, _ := e.Object("amount")
	r := &Refund{
		RefundID: e.Aside("refund_id"), OutRefundNo: e.Text("out_refund_no"), TransactionID: e.Text("transaction_id"),
		MchID: e.Text("mchid"), SpMchID: e.Text("sp_mchid"), SubMchID: e.Text("sub_mchid"), SuccessTime: e.Aside("success_time"),
		Status: Status(cmp.Or(e.Text("status"), e.Text("refund_status"))), // the second is the name in notifications
		Amount: Amount{Total: amount.Fen("total"), Refund: amount.Fen("refund")},
	}
	if err := e.Err(); err != nil {
		return nil, fault.Invalid(fault.FieldOf(err), "refund_unreadable", "%s of the refund entity cannot be read", fault.FieldOf(err))
	}
	return r, nil
}

// SucceededAt is the moment of success in UTC; false when WeChat tells none.
func (r Refund) SucceededAt() (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, r.SuccessTime)
	return at.UTC(), err == nil
}

// String tells number and status.
func (r Refund) String() string {
	return fmt.Sprintf("refund %s %s %d fen", r.OutRefundNo, r.Status, r.Amount.Refund)
}

// Format prints String, whatever the verb.
func (r Refund) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// LogValue is String.
func (r Refund) LogValue() slog.Value { return slog.StringValue(r.String()) }
