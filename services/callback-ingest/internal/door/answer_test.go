package door

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

// The numbers are written out: a test that took them from the door's table would agree with whatever stands there.
func TestEveryRefusalHasItsStatusAndOneThatNobodyKnowsIsOurFault(t *testing.T) {
	for reason, want := range map[string]int{
		"unknown_account": 404, "too_large": 413, "slow_body": 408, "busy": 503, "store_away": 503,
		"broken_body": 400, "bad_envelope": 400, "bad_algorithm": 400, "bad_nonce": 400, "decrypt_failed": 400,
		"missing_header": 401, "stale": 401, "unknown_serial": 401, "outside_validity": 401, "bad_signature": 401, "sign_probe": 401,
		"a reason of tomorrow": 500, "": 500,
	} {
		for _, class := range []fault.Class{fault.Terminal, fault.Retry} {
			d := &delivery{}
			d.refuse(fault.Wrap(errors.New("so"), class, reason, "refused"))
			w := httptest.NewRecorder()
			if answer(w, d); w.Code != want || w.Body.String() != `{"code":"FAIL","message":"失败"}` {
				t.Errorf("%q: answered %d %s, want %d", reason, w.Code, w.Body, want)
			}
		}
	}
}

// WeChat stops at a 200: only what is stored may have one.
func TestOnlyWhatTheStoreHasIsAnswered200(t *testing.T) {
	for name, c := range map[string]struct {
		stored error
		want   int
	}{
		"stored": {nil, 200}, "stored before": {fault.New(fault.Duplicate, "known", "known"), 200},
		"the store is away":                {fault.New(fault.Retry, "store_away", "away"), 503},
		"the store says what nobody knows": {fault.New(fault.Terminal, "new", "new"), 500},
		"an error without a class":         {errors.New("so"), 500},
	} {
		d, w := &delivery{}, httptest.NewRecorder()
		d.accept(tally.Accepted, c.stored)
		if answer(w, d); w.Code != c.want {
			t.Errorf("%s: answered %d, want %d", name, w.Code, c.want)
		}
	}
}
