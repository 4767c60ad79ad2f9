package bill

import (
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// Rate is a fee rate (费率) in 1/10000: 60 is 0.60%.
type Rate int64

// UsualRate is what a merchant pays who agreed on nothing else.
const UsualRate Rate = 60

// ParseRate reads "0.60%": 0.00% to 10.00%. Errors are Terminal.
func ParseRate(text string) (Rate, error) {
	percent, ok := strings.CutSuffix(text, "%")
	hundredths, err := money.ParseYuan(percent)
	if !ok || err != nil || hundredths < 0 || hundredths > 1000 {
		return 0, fault.Invalid("fee_rate", "fee_rate", `must be a percentage like "0.60%%", at most 10.00%%`)
	}
	return Rate(hundredths), nil
}

func (r Rate) String() string { return money.Fen(r).Yuan() + "%" }

// Of is the fee on an amount. WeChat rounds it to fen and prints five decimals (§11.7: 3.50 at 0.60% is 0.02000); that
// a half is rounded up is our guess.
func (r Rate) Of(amount money.Fen) money.Fee {
	fen := (int64(amount)*int64(r) + 5000) / 10000
	return money.Fee(fen * 1000)
}

// Back is the part of the fee that comes back with a refund after earlier ones of so much: parts that make up the whole
// bring back the whole fee. How WeChat rounds the parts is not written down.
func (r Rate) Back(refund, earlier money.Fen) money.Fee { return r.Of(earlier+refund) - r.Of(earlier) }
