package order

import (
	"os"
	"strings"
	"testing"
)

func TestTheReadmeShowsTheMachineThatRuns(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "```"+Machine+"```") {
		t.Error("README.md does not show order.Machine as it is")
	}
}
