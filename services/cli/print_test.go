package cli

import (
	"strings"
	"testing"
	"time"
)

func TestAStoryIsPrintedInBeijingTimeInLinesThatEndWithAWord(t *testing.T) {
	at := time.Date(2026, 3, 1, 17, 0, 0, 0, time.UTC)
	story := &Story{
		Merchant: "demo", OutOrderNo: "N1",
		Summary: []Detail{{"state", "PAID"}, {"expires_at", at.Format(time.RFC3339)}, {"next", "ask at " + at.Format(time.RFC3339)}, {"note", ""}},
		Lines: []Line{
			{At: at, Source: "order-lifecycle", Kind: "state", Title: "OPENING → IN_SERVICE"},
			{At: at, Source: "order", Kind: "event", Title: "order.paid", Details: []Detail{
				{"event_id", strings.Repeat("a", 64)}, {"request_id", strings.Repeat("b", 64)}, {"published_at", at.Format(time.RFC3339Nano)},
			}},
		},
	}
	var out strings.Builder
	if err := story.Print(&out); err != nil {
		t.Fatal(err)
	}
	const beijing = "2026-03-02 01:00:00.000"
	if n := strings.Count(out.String(), beijing); n != 5 || strings.Contains(out.String(), "17:00") {
		t.Errorf("%d times are Beijing times, want 5", n)
	}
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSuffix(line, "\n")
		if strings.TrimRight(line, " \t") != line {
			t.Errorf("the line ends with blanks: %q", line)
		}
		if strings.Contains(line, "aaaa") && strings.Contains(line, "bbbb") {
			t.Errorf("the line is too long: %q", line)
		}
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

func TestAStoryTellsInWordsWhereTheMoneyIsAndWhatIsUnderWay(t *testing.T) {
	story := &Story{
		Merchant: "demo", OutOrderNo: "N1", State: "PAID", MoneyZH: standings["PAID"].zh, MoneyEN: standings["PAID"].en,
		Summary: []Detail{{"state", "PAID"}, {"refund r-1", "PROCESSING, 100 of 350 fen"}, {"next", "query_refund at 2026-03-01T17:00:00Z"}, {"reason", "query"},
			{"alarm", "sync_refused at 2026-03-01T17:00:00Z"}, {"alarm_zh", "微信未接受"}, {"alarm_en", "WeChat does not take it"}},
		Lines: []Line{
			{Source: "order-lifecycle", Kind: "desk", Title: "refund_requested", Details: []Detail{{"request", "r-1"}}},
			{Source: "order-lifecycle", Kind: "desk", Title: "collect_requested", Details: []Detail{{"request", "r-0"}, {"outcome", "order.paid"}}},
			{Source: "order", Kind: "event", Title: "order.request_status", Details: []Detail{{"request_id", "r-2"}}},
		},
	}
	var out strings.Builder
	if err := story.Print(&out); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{
		"款项已收齐", "the money is in, and WeChat confirms it", "微信已受理退款", "minutes to a wallet", "查询退款", "ask WeChat about the refund",
		"request=r-1 outcome=处理中 / under way", "request=r-0 outcome=order.paid",
		"request_id=r-2 outcome=处理中 / under way", "sync_refused at 2026-03-02 01:00:00.000", "    微信未接受", "    WeChat does not take it",
	} {
		if strings.Count(out.String(), words) != 1 {
			t.Errorf("it does not say %q once", words)
		}
	}
	if strings.Contains(out.String(), steps["query"].en) {
		t.Error("a reason is explained as a step")
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

func TestATextFromOutsideCannotSteerTheTerminal(t *testing.T) {
	s := &Story{OutOrderNo: "N1", Lines: []Line{{Title: "\x1b[2Jcleared", Details: []Detail{{"reason", "a\x07b\x00c"}}}}}
	var b strings.Builder
	if err := s.Print(&b); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\x07\x00") || !strings.Contains(b.String(), "cleared") {
		t.Errorf("%q", b.String())
	}
}
