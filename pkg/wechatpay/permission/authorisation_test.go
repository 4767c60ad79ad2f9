package permission_test

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/permission"
	"github.com/google/go-cmp/cmp"
)

func TestTheAnswerDecodesWhole(t *testing.T) {
	got, err := permission.Decode([]byte(file(t, "answer.json")))
	if err != nil {
		t.Fatal(err)
	}
	want := &permission.Authorisation{
		ServiceID: "500001", OpenID: openID, AuthorizationCode: code, State: permission.Available, SuccessTime: "2015-05-20T13:29:35.120+08:00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if at, ok := got.AuthorisedAt(); !ok || !at.Equal(time.Date(2015, 5, 20, 5, 29, 35, 120_000_000, time.UTC)) {
		t.Error(at, ok)
	}
	if _, ok := got.CancelledAt(); ok {
		t.Error("nothing was cancelled")
	}
}

func TestAFieldThatNobodyUsesMakesNoAuthorisationUnreadable(t *testing.T) {
	for _, tail := range []string{`,"user_risk_level":"1"`, `,"notify_url":{},"appid":[]`, `,"Authorization_State":"UNAVAILABLE"`, `,"authorization_success_time":7.5`} {
		a, err := permission.Decode([]byte(`{"service_id":500001,"openid":"o","authorization_state":"AVAILABLE"` + tail + `}`))
		if err != nil || a.State != permission.Available || a.ServiceID != "500001" {
			t.Errorf("%s: %v", tail, err)
		}
	}
}

func TestOnlyAvailableAllowsAnOrder(t *testing.T) {
	for state, want := range map[permission.State]bool{
		permission.Available: true, permission.Unavailable: false, permission.UnboundUser: false, "NEW_WORD": false, "": false,
	} {
		if state.Allows() != want {
			t.Errorf("%q allows: %t", state, state.Allows())
		}
	}
}

func FuzzAuthorisationsDecodeOrFailQuietly(f *testing.F) {
	f.Add([]byte(file(f, "answer.json")))
	f.Add([]byte(`{"authorization_state":"UNBINDUSER"}`))
	f.Add([]byte(`{"authorization_state":7}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := permission.Decode(body)
		if (err == nil) == (a == nil) || err != nil && fault.CodeOf(err) != "authorisation_unreadable" {
			t.Error(err)
		}
		if a != nil && a.State == "" {
			t.Error("an authorisation without a state was read")
		}
	})
}
