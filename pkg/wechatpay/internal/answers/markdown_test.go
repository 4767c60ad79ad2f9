package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/wechatpay"
)

func TestTheDocumentIsOfTheseTables(t *testing.T) {
	raw, err := os.ReadFile("../../ANSWERS.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(markdown(), string(raw)); diff != "" {
		t.Errorf("ANSWERS.md is not of these tables, run make generate: %s", diff)
	}
}

func TestEveryRowAndVerdictIsInTheDocument(t *testing.T) {
	text := markdown()
	for _, r := range wechatpay.Rows() {
		if !strings.Contains(text, "| "+r.Code+" | ") || !strings.Contains(text, " | "+r.Zh+" | "+r.En+" | ") {
			t.Errorf("%s is missing", r.Code)
		}
	}
	for _, v := range wechatpay.Verdicts() {
		if !strings.Contains(text, "\n| "+string(v)+" | ") {
			t.Errorf("%s is missing", v)
		}
	}
	for _, group := range []string{"| all |", "| all but cancel_order, modify_order, sync_order |", "| PayScore |", "| PayScore but create_order, pre_authorise |", "| create_refund, query_refund |"} {
		if !strings.Contains(text, group) {
			t.Errorf("no %s", group)
		}
	}
}
