package main

import "testing"

func TestEveryRuleOfTheListIsHeldByATestThatExists(t *testing.T) {
	held, err := check("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if held == 0 {
		t.Error("the list is empty")
	}
}

func TestARowThatNamesNoTestIsRefused(t *testing.T) {
	for name, page := range map[string]string{
		"no test":    "| §6.4 | end_time lies before the call |  |",
		"no folder":  "| §6.4 | end_time lies before the call | TestX |",
		"a sentence": "| §6.4 | end_time lies before the call | held by review |",
		"told twice": "| §6.4 | a | `pkg/money` TestX |\n| §6.4 | a | `pkg/money` TestX |",
	} {
		if rules, err := read(page); err == nil {
			t.Errorf("%s: read %v", name, rules)
		}
	}
}
