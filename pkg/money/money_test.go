package money

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestYuanSurvivesPrintAndParseExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Fen(rapid.Int64().Draw(t, "fen"))
		got, err := ParseYuan(f.Yuan())
		if err != nil || got != f {
			t.Fatalf("%d printed as %s parsed as %d, %v", f, f.Yuan(), got, err)
		}
	})
}

func TestSumsOutsideInt64AreErrorsNeverWrapped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := Fen(rapid.Int64().Draw(t, "a")), Fen(rapid.Int64().Draw(t, "b"))
		if sum, err := Add(a, b); err == nil && (sum-b != a || (b >= 0) != (sum >= a)) {
			t.Fatalf("%d + %d = %d", a, b, sum)
		}
		if diff, err := Sub(a, b); err == nil && (diff+b != a || (b >= 0) != (diff <= a)) {
			t.Fatalf("%d - %d = %d", a, b, diff)
		}
	})
	for _, c := range [][2]Fen{{math.MaxInt64, 1}, {math.MinInt64, -1}} {
		if _, err := Add(c[0], c[1]); err == nil {
			t.Errorf("Add(%d, %d) did not overflow", c[0], c[1])
		}
	}
	if _, err := Sub(0, math.MinInt64); err == nil {
		t.Error("0 - MinInt64 did not overflow")
	}
}

func TestMalformedYuanIsRefused(t *testing.T) {
	for _, s := range []string{"", "-", ".", "1.", ".5", "1.234", "1e2", " 1", "1 ", "1,000.00", "+1", "--1", "١", "99999999999999999999"} {
		if v, err := ParseYuan(s); err == nil {
			t.Errorf("ParseYuan(%q) = %d, want an error", s, v)
		}
	}
}

func TestFeesKeepFiveDecimals(t *testing.T) {
	for text, want := range map[string]Fee{"0.02000": 2000, "-0.01000": -1000, "0.00001": 1, "12": 1_200_000} {
		if got, err := ParseFee(text); err != nil || got != want {
			t.Errorf("ParseFee(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}
