package refund

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// Refund is the refund entity of answers (§9.1, §9.3) and of notifications (§9.4), which name some fields differently.
// Decoding is tolerant: what WeChat leaves out is zero, unknown fields are ignored, unknown words are kept. It prints
// without the user's account.
type Refund struct {
	RefundID      string `json:"refund_id"`
	OutRefundNo   string `json:"out_refund_no"`
	TransactionID string `json:"transaction_id"`
	OutTradeNo    string `json:"out_trade_no"`
	// MchID, in partner mode SpMchID and SubMchID, come in notifications only.
	MchID    string `json:"mchid"`
	SpMchID  string `json:"sp_mchid"`
	SubMchID string `json:"sub_mchid"`
	// Channel is ORIGINAL, BALANCE, OTHER_BALANCE or OTHER_BANKCARD.
	Channel string `json:"channel"`
	// UserReceivedAccount is where the money goes, in words.
	UserReceivedAccount string `json:"user_received_account"`
	// SuccessTime and CreateTime are RFC 3339 as received; see SucceededAt.
	SuccessTime  string       `json:"success_time"`
	CreateTime   string       `json:"create_time"`
	Status       Status       `json:"status"`
	FundsAccount FundsAccount `json:"funds_account"`
	Amount       Amount       `json:"amount"`
	Promotions   []Promotion  `json:"promotion_detail"`
}

// Amount is what a refund moves, in fen.
type Amount struct {
	Total            money.Fen `json:"total"`
	Refund           money.Fen `json:"refund"`
	From             []Source  `json:"from"`
	PayerTotal       money.Fen `json:"payer_total"`
	PayerRefund      money.Fen `json:"payer_refund"`
	SettlementRefund money.Fen `json:"settlement_refund"`
	SettlementTotal  money.Fen `json:"settlement_total"`
	DiscountRefund   money.Fen `json:"discount_refund"`
	Currency         string    `json:"currency"`
	RefundFee        money.Fen `json:"refund_fee"`
}

// Promotion is what comes back of one coupon. Amounts are in fen.
type Promotion struct {
	PromotionID  string    `json:"promotion_id"`
	Scope        string    `json:"scope"`
	Type         string    `json:"type"`
	Amount       money.Fen `json:"amount"`
	RefundAmount money.Fen `json:"refund_amount"`
}

// Decode reads a refund entity. The error is Terminal and quotes nothing.
func Decode(body []byte) (*Refund, error) {
	var told struct {
		Refund
		Notified Status `json:"refund_status"` // the name in notifications
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return nil, fault.New(fault.Terminal, "refund_unreadable", "the refund entity is not its documented JSON")
	}
	if told.Status == "" {
		told.Status = told.Notified
	}
	return &told.Refund, nil
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
