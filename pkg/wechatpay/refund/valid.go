package refund

import (
	"fmt"
	"regexp"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

const (
	maxReason    = 80
	maxNotifyURL = 256
)

// refundNoForm is the charset and length of out_refund_no (§9.1).
var refundNoForm = regexp.MustCompile(`^[0-9A-Za-z_\-|*@]{1,64}$`)

// ValidRefundNo checks an out_refund_no. The error is Terminal. A minted number should use digits and letters only
// (§1.2).
func ValidRefundNo(no string) error {
	if !refundNoForm.MatchString(no) {
		return fault.Invalid("out_refund_no", "refund_no_form", "out_refund_no is 1 to 64 of digits, letters and _-|*@")
	}
	return nil
}

// Validate holds a refund against every rule of §9.1 that can be known before sending, at the moment of the call: do it
// once, before freezing. An error is Terminal and names field and rule; only refund_too_soon is a Retry that tells how
// long to wait (fault.AfterOf). Whether the balance suffices is known to WeChat alone.
func (r CreateRequest) Validate(p Payment, now time.Time) error {
	if r.TransactionID != p.TransactionID {
		return fault.Invalid("transaction_id", "other_payment", "the refund is not of this payment")
	}
	return rule.First(
		rule.Optional("sub_mchid", r.SubMchID, 32),
		rule.Required("transaction_id", r.TransactionID, 32),
		ValidRefundNo(r.OutRefundNo),
		rule.Optional("reason", r.Reason, maxReason),
		r.validNotifyURL(),
		r.FundsAccount.valid(),
		r.Amount.valid(p),
		validGoods(r.GoodsDetail),
		p.allows(now),
	)
}

func (r CreateRequest) validNotifyURL() error {
	if r.NotifyURL == "" {
		return nil
	}
	return rule.NotifyURL(r.NotifyURL, maxNotifyURL)
}

func (f FundsAccount) valid() error {
	if f != "" && f != FundsAvailable && f != FundsUnsettled {
		return fault.Invalid("funds_account", "funds_account", "funds_account is %s or %s", FundsAvailable, FundsUnsettled)
	}
	return nil
}

func (a AmountAsked) valid(p Payment) error {
	switch {
	case a.Currency != CNY:
		return fault.Invalid("amount.currency", "currency", "currency is %s", CNY)
	case a.Total != p.Amount:
		return fault.Invalid("amount.total", "other_total", "total is %d fen, the payment was %d fen", a.Total, p.Amount)
	case a.Refund < 1:
		return fault.Invalid("amount.refund", "refund_amount", "a refund is at least 1 fen")
	case a.Refund > p.Remaining():
		return fault.Invalid("amount.refund", "above_remaining", "refund is %d fen, %d fen remain", a.Refund, p.Remaining())
	}
	return a.validSources()
}

// validSources: an account stands once, and the shares add up to the refund. §9.1 does not say so, wechatpay-go does
// (services/refunddomestic, AmountReq, v0.2.21).
func (a AmountAsked) validSources() error {
	sum, seen := money.Fen(0), map[SourceAccount]bool{}
	for i, s := range a.From {
		field := fmt.Sprintf("amount.from[%d]", i)
		if s.Account != FromAvailable && s.Account != FromUnavailable || seen[s.Account] {
			return fault.Invalid(field+".account", "source_account", "account is %s or %s, each once", FromAvailable, FromUnavailable)
		}
		if s.Amount < 1 || s.Amount > a.Refund-sum {
			return fault.Invalid(field+".amount", "source_amount", "a share is at least 1 fen, the shares are the refund together")
		}
		sum, seen[s.Account] = sum+s.Amount, true
	}
	if len(a.From) > 0 && sum != a.Refund {
		return fault.Invalid("amount.from", "source_amount", "the shares are %d fen, the refund is %d fen", sum, a.Refund)
	}
	return nil
}

func validGoods(list []Goods) error {
	for i, g := range list {
		field := fmt.Sprintf("goods_detail[%d]", i)
		if g.UnitPrice < 0 || g.RefundAmount < 0 || g.RefundQuantity < 1 {
			return fault.Invalid(field, "goods_amounts", "prices are not below 0 fen, the quantity is at least 1")
		}
		// The pages at hand give no limits for these texts.
		if err := rule.First(rule.Required(field+".merchant_goods_id", g.MerchantGoodsID, rule.MaxUnstated),
			rule.Optional(field+".wechatpay_goods_id", g.WeChatPayGoodsID, rule.MaxUnstated),
			rule.Optional(field+".goods_name", g.GoodsName, rule.MaxUnstated)); err != nil {
			return err
		}
	}
	return nil
}
