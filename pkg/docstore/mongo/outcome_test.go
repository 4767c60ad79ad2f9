package mongo

import (
	"context"
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

const openid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"

func TestAServersAnswerIsClassifiedByCodeAndNeverQuoted(t *testing.T) {
	text := "E11000 duplicate key { f.user: \"" + openid + "\" }"
	for want, err := range map[fault.Class]error{
		fault.Duplicate: mongo.CommandError{Code: 11000, Message: text},
		fault.Terminal:  mongo.CommandError{Code: 10334, Message: text},
		fault.Retry:     mongo.CommandError{Code: 10107, Message: text, Name: "NotWritablePrimary"},
	} {
		if got := outcome(t.Context(), err, "insert"); !fault.Is(got, want) || strings.Contains(got.Error(), openid) {
			t.Errorf("%v: got %v", want, got)
		}
	}
	if got := outcome(t.Context(), errors.New(openid), "insert"); !fault.Is(got, fault.Retry) || strings.Contains(got.Error(), openid) {
		t.Errorf("an unknown error: got %v", got)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := outcome(ended, errors.New("x"), "insert"); !fault.Is(got, fault.Retry) || !errors.Is(got, context.Canceled) {
		t.Errorf("an ended context: got %v", got)
	}
}

func TestABulksErrorsGoToTheirDocuments(t *testing.T) {
	ofSome := mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{
		{WriteError: mongo.WriteError{Index: 1, Code: 11000}}, {WriteError: mongo.WriteError{Index: 2, Code: 112}},
	}}
	errs := perDocument(t.Context(), ofSome, 3, "insert")
	if errs[0] != nil || !fault.Is(errs[1], fault.Duplicate) || !isAborted(errs[2]) || !fault.Is(errs[2], fault.Retry) {
		t.Errorf("got %v", errs)
	}
	errs = perDocument(t.Context(), mongo.CommandError{Labels: []string{"NetworkError"}}, 2, "insert")
	if !fault.Is(errs[0], fault.Retry) || !fault.Is(errs[1], fault.Retry) {
		t.Errorf("a lost connection: got %v", errs)
	}
}

func TestWithAWriteConcernErrorNothingElseInTheAnswerIsBelieved(t *testing.T) {
	wce := &mongo.WriteConcernError{Code: 64, Name: "WriteConcernTimeout"}
	for _, code := range []int{duplicateKey, 112, 121} {
		we := mongo.WriteError{Index: 1, Code: code}
		bulk := mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{{WriteError: we}}, WriteConcernError: wce}
		single := mongo.WriteException{WriteErrors: mongo.WriteErrors{we}, WriteConcernError: wce}
		errs := append(perDocument(t.Context(), bulk, 2, "insert"), outcome(t.Context(), bulk, "insert"), outcome(t.Context(), single, "mark"),
			declared(outcome(t.Context(), single, "create"), "orders"))
		for i, err := range errs {
			if !fault.Is(err, fault.Retry) || isAborted(err) {
				t.Errorf("%d beside a write concern error, %d: got %v", code, i, err)
			}
		}
	}
}

func TestABulkReplaceTellsItsWinsFromTheWinsOfOthers(t *testing.T) {
	by, other := newWrite(), newWrite()
	rows := []docstore.Row{{ID: "mine", Version: 2}, {ID: "other", Version: 2}, {ID: "behind", Version: 5}, {ID: "ahead", Version: 2}, {ID: "gone", Version: 2}}
	now := map[string]stored{
		"mine": {Version: 2, Write: by}, "other": {Version: 2, Write: other}, "behind": {Version: 1, Write: other}, "ahead": {Version: 3, Write: other},
	}
	const won = fault.Class(0)
	for matched, unsure := range map[int]fault.Class{1: fault.Conflict, 2: fault.Retry, 3: won} {
		want := []fault.Class{won, fault.Conflict, fault.Conflict, unsure, unsure}
		for i, err := range verdicts("orders", rows, now, by, matched) {
			if fault.ClassOf(err) != want[i] || (err == nil) != (want[i] == won) {
				t.Errorf("%d matched, %s: got %v", matched, rows[i].ID, err)
			}
		}
	}
}
