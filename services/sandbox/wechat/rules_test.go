package wechat

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

var testNow = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC) // 12:00:00 in Beijing

func TestCreateTimesFollowTheirRules(t *testing.T) {
	for _, c := range []struct{ start, end, field string }{
		{"OnAccept", "", ""}, {"20260301120001", "", ""}, {"20260301", "", ""}, {"20260302", "", ""}, {"OnAccept", "20260301120101", ""}, {"20260301", "20260301", ""},
		{"", "", startField}, {"20260301120000", "", startField}, {"20260301115959", "", startField}, {"20260228", "", startField},
		{"2026-03-01", "", startField}, {"20260230", "", startField}, {"2026030112000", "", startField}, {"onaccept", "", startField},
		{"OnAccept", "20260301120100", endField}, {"20260301130000", "20260301130000", endField}, {"20260301130000", "20260302", endField}, {"OnAccept", "x", endField},
	} {
		f := fields{}
		f.createTimes(book.TimeRange{StartTime: c.start, EndTime: c.end}, testNow)
		if got := fieldOf(f.refused); got != c.field {
			t.Errorf("%q to %q: refused at %q, want %q", c.start, c.end, got, c.field)
		}
	}
}

func TestEndTimesFollowTheirRules(t *testing.T) {
	for _, c := range []struct {
		created, sent book.TimeRange
		field         string
		internal      int64
	}{
		{book.TimeRange{StartTime: "20260301110000"}, book.TimeRange{EndTime: "20260301115958"}, "", 0},
		{book.TimeRange{StartTime: "20260301110000"}, book.TimeRange{EndTime: "20260301120000"}, "", 0},
		{book.TimeRange{StartTime: "20260301110000", EndTime: "20260301113000"}, book.TimeRange{}, "", 0},
		{book.TimeRange{StartTime: "20260301"}, book.TimeRange{EndTime: "20260301"}, "", 0},
		{book.TimeRange{StartTime: "20260301110000"}, book.TimeRange{StartTime: "20260301100000", EndTime: "20260301103000"}, "", 0},
		{book.TimeRange{StartTime: "20260301110000"}, book.TimeRange{}, endField, internalOutOfRange},
		{book.TimeRange{StartTime: "20260301110000"}, book.TimeRange{EndTime: "20260301120001"}, endField, internalOutOfRange},
		{book.TimeRange{StartTime: "20260301110000"}, book.TimeRange{EndTime: "20260301"}, endField, internalOutOfRange},
		{book.TimeRange{StartTime: "20260301"}, book.TimeRange{EndTime: "20260302"}, endField, internalOutOfRange},
		{book.TimeRange{StartTime: "20260301110000"}, book.TimeRange{EndTime: "20260301110000"}, endField, internalEndBeforeStart},
		{book.TimeRange{StartTime: "20260301110000"}, book.TimeRange{EndTime: "20260301105959"}, endField, internalEndBeforeStart},
		{book.TimeRange{StartTime: "20260301110000"}, book.TimeRange{StartTime: "20260301", EndTime: "20260301115958"}, startField, internalOutOfRange},
	} {
		f := fields{}
		f.endTimes(c.sent, c.created, testNow)
		if got := fieldOf(f.refused); got != c.field || f.refused != nil && f.refused.internal != c.internal {
			t.Errorf("%+v after %+v: %v", c.sent, c.created, f.refused)
		}
	}
}

func fieldOf(r *refusal) string {
	if r == nil {
		return ""
	}
	d, _ := r.detail.(fieldDetail)
	return d.Field
}

func TestOnlyTheExactSumIsALegalTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, most int) (lines []book.Line, sum money.Fen) {
			for _, v := range rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, most).Draw(t, name) {
				amount := money.Fen(v)
				lines, sum = append(lines, book.Line{Amount: &amount}), sum+amount
			}
			return lines, sum
		}
		payments, plus := draw("payments", 100)
		discounts, minus := draw("discounts", 30)
		total := plus - minus + money.Fen(rapid.SampledFrom([]int64{0, 0, 1, -1}).Draw(t, "off"))
		f := fields{}
		f.total(payments, discounts, &total)
		if legal := total >= 0 && total == plus-minus; legal != (f.refused == nil) {
			t.Fatalf("%d - %d = %d: %v", plus, minus, total, f.refused)
		}
	})
}

func TestSumsThatOverflowAreRefused(t *testing.T) {
	most := money.Fen(1<<63 - 1)
	f := fields{}
	f.total([]book.Line{{Amount: &most}, {Amount: &most}}, nil, &most)
	if f.refused == nil {
		t.Error("accepted")
	}
}

func TestStrictNotifyURLsAreHTTPSWithAPathAndNoQuery(t *testing.T) {
	for url, want := range map[string][2]bool{ // lax, strict
		"https://pay.example.com/wx/payscore": {true, true}, "https://api.test.com": {true, false}, "http://127.0.0.1:1/x": {true, false},
		"https://pay.example.com/x?a=b": {true, false}, "https://pay.example.com/a b": {true, false}, "ftp://x/y": {false, false}, "": {false, false}, "x": {false, false},
	} {
		for i, strict := range []bool{false, true} {
			f := fields{}
			f.notifyURL("notify_url", url, strict)
			if got := f.refused == nil; got != want[i] {
				t.Errorf("%q strict=%v: accepted=%v", url, strict, got)
			}
		}
	}
}

func TestPaidTimesLieBetweenCompletionAndCall(t *testing.T) {
	now := testNow.Add(72 * time.Hour) // 2026-03-04 12:00:00 in Beijing; the order was completed on 03-01 at 12:00:00.5
	for text, ok := range map[string]bool{
		"20260301120001": true, "20260301120000": false, "20260301115959": false, "20260304120000": true, "20260304120001": false,
		"20260302": true, "20260303": true, "20260301": false, "20260304": false, "": false, "2026-03-02": false, "OnAccept": false,
	} {
		f := fields{}
		f.paidTime(text, testNow.Add(500*time.Millisecond), now)
		if got := f.refused == nil; got != ok || !ok && fieldOf(f.refused) != paidTimeField {
			t.Errorf("%q: %v", text, f.refused)
		}
	}
}
