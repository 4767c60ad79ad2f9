package order

import (
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// checkAmounts holds formula and cap (wechat-protocol.md §6.4): what breaks them is refused at our door, not after the
// goods are gone at WeChat's.
func (t *turn) checkAmounts(e End) error {
	for _, a := range append(append([]money.Fen{e.Total}, e.Lines...), e.Discounts...) {
		if a < 0 {
			return fault.Invalid("amount_fen", "amount_negative", "an amount is at least 0")
		}
	}
	lines, err := money.Sum(e.Lines...)
	if err != nil {
		return err
	}
	discounts, err := money.Sum(e.Discounts...)
	if err != nil {
		return err
	}
	if want, err := money.Sub(lines, discounts); err != nil || want != e.Total {
		return fault.Invalid("total_amount_fen", "total_amount_formula", "is %d, items less discounts give %d", e.Total, want)
	}
	limit, name := t.env.Terms.Cap, "the cap of the service"
	if t.env.Terms.RiskFundIsCap {
		limit, name = min(limit, t.Face.RiskFund), "the order's risk amount"
	}
	if e.Total > limit {
		return fault.Invalid("total_amount_fen", "total_amount_cap", "is %d, %s is %d", e.Total, name, limit)
	}
	return nil
}
