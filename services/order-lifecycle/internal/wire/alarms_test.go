package wire

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestEveryAlarmIsExplainedToTheOperator(t *testing.T) {
	page, err := os.ReadFile("../../ALARMS.md")
	if err != nil {
		t.Fatal(err)
	}
	for code, words := range alarmTexts {
		if row := fmt.Sprintf("| `%s` | %s<br>%s | ", code, words.zh, words.en); !strings.Contains(string(page), row) {
			t.Errorf("ALARMS.md has no row %q", row)
		}
	}
	if rows := strings.Count(string(page), "\n| `"); rows != len(alarmTexts) {
		t.Errorf("ALARMS.md has %d rows for %d alarms", rows, len(alarmTexts))
	}
}
