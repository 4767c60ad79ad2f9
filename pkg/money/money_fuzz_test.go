package money

import (
	"math"
	"math/big"
	"regexp"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
)

// exact are the texts that are amounts, by decimals.
var exact = map[int]*regexp.Regexp{2: regexp.MustCompile(`^-?[0-9]+(\.[0-9]{1,2})?$`), 5: regexp.MustCompile(`^-?[0-9]+(\.[0-9]{1,5})?$`)}

// FuzzYuanTextsAreReadExactlyOrRefused holds both parsers against rational numbers of any size: what is an amount and
// fits is read as just that, anything else is refused, and what was read prints back the same.
func FuzzYuanTextsAreReadExactlyOrRefused(f *testing.F) {
	for _, s := range []string{
		"3.50", "-0.01", "12", "0.02000", "-0", "00.10", "92233720368547758.07", "-92233720368547758.08", "92233720368547758.08",
		"92233720368547.75807", "1e2", "+1", "1.", ".5", "1,000.00", " 1", "0x1", "１", "1_000",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fen, err := ParseYuan(s)
		holds(t, s, 2, 100, int64(fen), err)
		if err == nil {
			if again, err := ParseYuan(fen.Yuan()); err != nil || again != fen {
				t.Fatalf("%q → %d → %s → %d, %v", s, fen, fen.Yuan(), again, err)
			}
		}
		fee, err := ParseFee(s)
		holds(t, s, 5, 100_000, int64(fee), err)
		if err == nil {
			if again, err := ParseFee(fee.Yuan()); err != nil || again != fee {
				t.Fatalf("%q → %d → %s → %d, %v", s, fee, fee.Yuan(), again, err)
			}
		}
	})
}

func holds(t *testing.T, s string, decimals int, units, got int64, err error) {
	t.Helper()
	if err != nil && !fault.Is(err, fault.Terminal) {
		t.Fatalf("%q: %v", s, err)
	}
	var want *big.Int
	if exact[decimals].MatchString(s) {
		r, _ := new(big.Rat).SetString(s)
		r.Mul(r, new(big.Rat).SetInt64(units))
		want = r.Num()
	}
	switch legal := want != nil && want.IsInt64(); {
	case legal && (err != nil || got != want.Int64()):
		t.Fatalf("%q is %v, read as %d, %v", s, want, got, err)
	case !legal && err == nil:
		t.Fatalf("%q was read as %d", s, got)
	}
}

// FuzzAmountsAreAddedExactlyOrRefused holds the checked arithmetic against integers of any size.
func FuzzAmountsAreAddedExactlyOrRefused(f *testing.F) {
	f.Add(int64(350), int64(-50), int64(1))
	f.Add(int64(math.MaxInt64), int64(1), int64(-1))
	f.Add(int64(math.MinInt64), int64(math.MinInt64), int64(math.MaxInt64))
	f.Add(int64(0), int64(math.MinInt64), int64(0))
	f.Fuzz(func(t *testing.T, a, b, c int64) {
		x, y, z := big.NewInt(a), big.NewInt(b), big.NewInt(c)
		added, err := Add(Fen(a), Fen(b))
		fits(t, "sum", new(big.Int).Add(x, y), added, err)
		less, err := Sub(Fen(a), Fen(b))
		fits(t, "difference", new(big.Int).Sub(x, y), less, err)
		all, err := Sum(Fen(a), Fen(b), Fen(c))
		if first := new(big.Int).Add(x, y); first.IsInt64() { // a sum that leaves the range on its way is refused
			fits(t, "total", first.Add(first, z), all, err)
		} else if err == nil {
			t.Fatalf("%d + %d + %d = %d", a, b, c, all)
		}
	})
}

func fits(t *testing.T, what string, want *big.Int, got Fen, err error) {
	t.Helper()
	switch {
	case want.IsInt64() && (err != nil || int64(got) != want.Int64()):
		t.Fatalf("%s is %v, got %d, %v", what, want, got, err)
	case !want.IsInt64() && !fault.Is(err, fault.Terminal):
		t.Fatalf("%s is %v, got %d, %v", what, want, got, err)
	}
}
