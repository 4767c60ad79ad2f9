package permission_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/clienttest"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/permission"
	"github.com/google/go-cmp/cmp"
)

func wechat(t *testing.T, partner bool, reply wechattest.Reply) (*permission.Client, *wechattest.Server) {
	t.Helper()
	account := clienttest.Direct
	if partner {
		account = clienttest.Partner
	}
	client, server := account(t, func(wechattest.Got) wechattest.Reply { return reply })
	return permission.New(client), server
}

func TestEachCallGoesToItsPathInEitherMode(t *testing.T) {
	odd := user()
	odd.OpenID = "o/A|B*?"
	queryAnswer, done := wechattest.Reply{Body: file(t, "answer.json")}, wechattest.Reply{Status: http.StatusNoContent}
	query := func(u permission.User) func(*permission.Client) wechatpay.Verdict {
		return func(c *permission.Client) wechatpay.Verdict { return c.QueryUser(t.Context(), u).Verdict }
	}
	byCode := func(c *permission.Client) wechatpay.Verdict {
		return c.QueryAgreement(t.Context(), permission.Agreement{Code: code, ServiceID: "500001", SubMchID: "1900000110"}).Verdict
	}
	end := func(u permission.User) func(*permission.Client) wechatpay.Verdict {
		return func(c *permission.Client) wechatpay.Verdict {
			return c.TerminateUser(t.Context(), u, []byte(`{"b":1}`)).Verdict
		}
	}
	endCode := func(c *permission.Client) wechatpay.Verdict {
		return c.TerminateAgreement(t.Context(), "A|B", []byte(`{"b":1}`)).Verdict
	}
	begin := func(c *permission.Client) wechatpay.Verdict {
		return c.PreAuthorise(t.Context(), []byte(`{"b":1}`)).Verdict
	}
	for name, c := range map[string]struct {
		partner bool
		reply   wechattest.Reply
		call    func(*permission.Client) wechatpay.Verdict
		want    string
	}{
		"pre-authorise":          {false, wechattest.Reply{Body: `{"apply_permissions_token":"T"}`}, begin, `POST /v3/payscore/permissions {"b":1}`},
		"pre-authorise, partner": {true, wechattest.Reply{Body: `{"apply_permissions_token":"T"}`}, begin, `POST /v3/payscore/partner/permissions {"b":1}`},
		"query":                  {false, queryAnswer, query(user()), "GET /v3/payscore/permissions/openid/" + openID + "?appid=wx8888888888888888&service_id=500001 "},
		"query, escaped once": {false, wechattest.Reply{Body: `{"service_id":"500001","authorization_state":"AVAILABLE"}`}, query(odd),
			"GET /v3/payscore/permissions/openid/o%2FA%7CB%2A%3F?appid=wx8888888888888888&service_id=500001 "},
		"query, partner": {true, queryAnswer, query(partnerUser()),
			"GET /v3/payscore/partner/permissions/search?appid=wx8888888888888888&service_id=500001&sub_appid=wx7777777777777777&sub_mchid=1900000110&sub_openid=" + openID + " "},
		"by code":            {false, queryAnswer, byCode, "GET /v3/payscore/permissions/authorization-code/AC20231115000001?service_id=500001 "},
		"by code, partner":   {true, queryAnswer, byCode, "GET /v3/payscore/partner/permissions/authorization-code/AC20231115000001?service_id=500001&sub_mchid=1900000110 "},
		"terminate":          {false, done, end(user()), "POST /v3/payscore/permissions/openid/" + openID + `/terminate {"b":1}`},
		"terminate, partner": {true, done, end(partnerUser()), `POST /v3/payscore/partner/permissions/terminate {"b":1}`},
		"end code":           {false, done, endCode, `POST /v3/payscore/permissions/authorization-code/A%7CB/terminate {"b":1}`},
		"end code, partner":  {true, done, endCode, `POST /v3/payscore/partner/permissions/authorization-code/A%7CB/terminate {"b":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := wechat(t, c.partner, c.reply)
			if v := c.call(client); v != wechatpay.Accepted {
				t.Error(v)
			}
			got := server.Got()[0]
			if diff := cmp.Diff(c.want, got.Method+" "+got.URI+" "+got.Body); diff != "" {
				t.Error(diff)
			}
			if err := wechattest.CheckAuthorization(got); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestATokenIsASecret(t *testing.T) {
	client, _ := wechat(t, false, wechattest.Reply{Body: `{"apply_permissions_token":"opensesame"}`})
	p := client.PreAuthorise(t.Context(), []byte(frozen(t, preAuthorise())))
	if p.Token.Reveal() != "opensesame" {
		t.Error(p.Verdict)
	}
	if text := fmt.Sprintf("%v %+v %#v %v", p, p, p, p.LogValue()); strings.Contains(text, "opensesame") {
		t.Error(text)
	}
	for _, body := range []string{`{}`, `{"apply_permissions_token":""}`, `{"apply_permissions_token":1}`, "", "<html>"} {
		client, _ := wechat(t, false, wechattest.Reply{Body: body})
		if p := client.PreAuthorise(t.Context(), []byte("{}")); p.Verdict != wechatpay.Undecided || !p.Token.IsZero() {
			t.Errorf("%q: %v", body, p)
		}
	}
}

func TestAnAnswerAboutAnotherUserOrCodeProvesNothing(t *testing.T) {
	whole := file(t, "answer.json")
	for name, body := range map[string]string{
		"another user":    strings.Replace(whole, openID, "oOther", 1),
		"another service": strings.Replace(whole, "500001", "500002", 1),
		"no state":        strings.Replace(whole, "authorization_state", "x", 1),
		"not JSON":        "<html>",
		"empty":           "",
	} {
		client, _ := wechat(t, false, wechattest.Reply{Body: body})
		if r := client.QueryUser(t.Context(), user()); r.Verdict != wechatpay.Undecided || r.Authorisation != nil || r.Doubt != wechatpay.DoubtUnreadable {
			t.Errorf("%s: %v", name, r)
		}
	}
	client, _ := wechat(t, false, wechattest.Reply{Body: whole})
	if r := client.QueryAgreement(t.Context(), permission.Agreement{Code: "AC2", ServiceID: "500001"}); r.Verdict != wechatpay.Undecided {
		t.Errorf("another code: %v", r)
	}
	if r := client.QueryUser(t.Context(), user()); r.Authorisation == nil || !r.Authorisation.State.Allows() {
		t.Errorf("%v", r)
	}
}

func TestARefusalCarriesItsVerdict(t *testing.T) {
	for body, want := range map[string]wechatpay.Verdict{
		`{"code":"NO_AUTH"}`: wechatpay.RefusedConfig, `{"code":"INVALID_REQUEST"}`: wechatpay.WrongState, `{"code":"SYSTEM_ERROR"}`: wechatpay.Undecided,
	} {
		client, _ := wechat(t, false, wechattest.Reply{Status: 400, Body: body})
		if r := client.TerminateUser(t.Context(), user(), []byte("{}")); r.Verdict != want {
			t.Errorf("%s: %s", body, r.Verdict)
		}
	}
}

// The openid stands in the path and may come back in any answer: nothing that is printed may hold it.
func TestAnOpenidInAPathNeverReachesAnErrorOrALog(t *testing.T) {
	echo := `{"code":"PARAM_ERROR","message":"` + openID + `","detail":"` + openID + `"}`
	var printed strings.Builder
	print := func(v any) { fmt.Fprintf(&printed, "%v %+v %#v %s %q\n", v, v, v, v, v) }
	for _, reply := range []wechattest.Reply{
		{Body: file(t, "answer.json")}, {Status: 400, Body: echo}, {Status: 500, Body: echo}, {Body: "<html>" + openID},
		{Before: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	} {
		client, _ := wechat(t, false, reply)
		for _, r := range []permission.Result{client.QueryUser(t.Context(), user()), client.TerminateUser(t.Context(), user(), []byte("{}"))} {
			print(r)
			print(r.LogValue())
			if r.Authorisation != nil {
				print(r.Authorisation)
				print(*r.Authorisation)
				print(r.Authorisation.LogValue())
			}
		}
	}
	long := user()
	long.OpenID = strings.Repeat(openID, 9)
	end := permission.NewTerminateUser(partnerUser(), "x")
	for _, v := range []any{long.Validate(), user(), user().LogValue(), partnerUser(), end, end.LogValue(), end.Validate(long)} {
		print(v)
	}
	if strings.Contains(printed.String(), openID) {
		t.Error(printed.String())
	}
}
