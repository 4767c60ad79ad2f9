// Package money holds amounts as exact integers: fen (分) for money, 10⁻⁵ yuan for fees. There is no float anywhere
// near money, and every sum is checked.
package money

import (
	"math"
	"strconv"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Fen is an amount in fen (1/100 yuan), the unit of every provider API.
type Fen int64

// Fee is an amount in 10⁻⁵ yuan: bills print fees with five decimals (wechat-protocol.md §8.4, column 手续费).
type Fee int64

// FeePerFen is how many Fee units one fen is.
const FeePerFen = 1000

// Add is a+b, or an error of class Terminal when the sum leaves int64.
func Add(a, b Fen) (Fen, error) {
	if (b > 0 && a > math.MaxInt64-b) || (b < 0 && a < math.MinInt64-b) {
		return 0, fault.New(fault.Terminal, "amount_overflow", "%d + %d leaves the range of int64 fen", a, b)
	}
	return a + b, nil
}

// Sub is a-b, or an error of class Terminal when the difference leaves int64.
func Sub(a, b Fen) (Fen, error) {
	if (b < 0 && a > math.MaxInt64+b) || (b > 0 && a < math.MinInt64+b) {
		return 0, fault.New(fault.Terminal, "amount_overflow", "%d - %d leaves the range of int64 fen", a, b)
	}
	return a - b, nil
}

// Sum adds all amounts, checked.
func Sum(amounts ...Fen) (Fen, error) {
	var total Fen
	for _, a := range amounts {
		t, err := Add(total, a)
		if err != nil {
			return 0, err
		}
		total = t
	}
	return total, nil
}

// ParseYuan reads a decimal yuan text with at most two decimals ("3.50", "-0.01", "12") exactly.
// Anything else (exponent, blank, comma, third decimal) is a Terminal error.
func ParseYuan(s string) (Fen, error) {
	v, err := parseDecimal(s, 2)
	return Fen(v), err
}

// ParseFee reads a decimal yuan text with at most five decimals ("0.02000", "-0.01000") exactly.
func ParseFee(s string) (Fee, error) {
	v, err := parseDecimal(s, 5)
	return Fee(v), err
}

// Yuan prints the amount in yuan with two decimals: 350 → "3.50".
func (f Fen) Yuan() string { return printDecimal(int64(f), 2) }

// Yuan prints the fee in yuan with five decimals: 2000 → "0.02000".
func (f Fee) Yuan() string { return printDecimal(int64(f), 5) }

func parseDecimal(s string, decimals int) (int64, error) {
	bad := func(rule string) (int64, error) {
		return 0, fault.New(fault.Terminal, "amount_malformed", "an amount in yuan %s", rule)
	}
	digits, negative := strings.CutPrefix(s, "-")
	whole, frac, dotted := strings.Cut(digits, ".")
	if whole == "" || (dotted && frac == "") {
		return bad("needs digits on both sides of its point")
	}
	if len(frac) > decimals {
		return bad("has at most " + strconv.Itoa(decimals) + " decimals")
	}
	text := whole + frac + strings.Repeat("0", decimals-len(frac))
	for _, r := range text {
		if r < '0' || r > '9' {
			return bad("is digits with one optional point and sign")
		}
	}
	if negative {
		text = "-" + text
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return bad("must fit int64")
	}
	return v, nil
}

func printDecimal(v int64, decimals int) string {
	s := strconv.FormatInt(v, 10)
	s, negative := strings.CutPrefix(s, "-")
	if pad := decimals + 1 - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	s = s[:len(s)-decimals] + "." + s[len(s)-decimals:]
	if negative {
		return "-" + s
	}
	return s
}
