package permission_test

import (
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/wechatpay/permission"
	"github.com/google/go-cmp/cmp"
)

func frozen[R permission.Request](t *testing.T, r R) string {
	t.Helper()
	raw, err := permission.Freeze(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestFrozenRequestsEqualTheFieldTablesByteForByte(t *testing.T) {
	partner := preAuthorise()
	partner.SubMchID, partner.SubAppID, partner.NotifyURL = "1900000110", "wx7777777777777777", ""
	for want, got := range map[string]string{
		file(t, "preauthorise_request.json"):                                   frozen(t, preAuthorise()),
		file(t, "preauthorise_partner_request.json"):                           frozen(t, partner),
		`{"service_id":"500001","appid":"wx8888888888888888","reason":"押金已退"}`: frozen(t, permission.NewTerminateUser(user(), "押金已退")),
		`{"sub_openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","service_id":"500001","appid":"wx8888888888888888","sub_appid":"wx7777777777777777",` +
			`"sub_mchid":"1900000110","reason":"x"}`: frozen(t, permission.NewTerminateUser(partnerUser(), "x")),
		`{"service_id":"500001","reason":"x"}`:                          frozen(t, permission.TerminateAgreementRequest{ServiceID: "500001", Reason: "x"}),
		`{"service_id":"500001","sub_mchid":"1900000110","reason":"x"}`: frozen(t, permission.TerminateAgreementRequest{ServiceID: "500001", SubMchID: "1900000110", Reason: "x"}),
	} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAPreAuthorisationIsHeldToEveryRule(t *testing.T) {
	type R = permission.PreAuthoriseRequest
	for name, c := range map[string]struct {
		change      func(*R)
		field, code string
	}{
		"the example":             {func(*R) {}, "", ""},
		"no notify_url":           {func(r *R) { r.NotifyURL = "" }, "", ""},
		"notify_url with a query": {func(r *R) { r.NotifyURL += "?a=1" }, "notify_url", "notify_url_query"},
		"notify_url of 256":       {func(r *R) { r.NotifyURL += strings.Repeat("x", 219) }, "notify_url", "too_long"},
		"code of 32 in charset":   {func(r *R) { r.AuthorizationCode = "_-|*" + strings.Repeat("9", 28) }, "", ""},
		"code of 33":              {func(r *R) { r.AuthorizationCode = strings.Repeat("9", 33) }, "authorization_code", "authorization_code_form"},
		"no code":                 {func(r *R) { r.AuthorizationCode = "" }, "authorization_code", "authorization_code_form"},
		"no service":              {func(r *R) { r.ServiceID = "" }, "service_id", "required"},
		"no appid":                {func(r *R) { r.AppID = "" }, "appid", "required"},
		"partner":                 {func(r *R) { r.SubMchID, r.SubAppID = "1900000110", "wx7777777777777777" }, "", ""},
		"sub_appid, direct":       {func(r *R) { r.SubAppID = "wx7777777777777777" }, "sub_appid", "not_allowed"},
		"sub_mchid of 33":         {func(r *R) { r.SubMchID = strings.Repeat("1", 33) }, "sub_mchid", "too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			r := preAuthorise()
			c.change(&r)
			check(t, r.Validate(), c.field, c.code)
		})
	}
}

func TestAUserIsNamedByTheModesOwnFields(t *testing.T) {
	type U = permission.User
	for name, c := range map[string]struct {
		start       U
		change      func(*U)
		field, code string
	}{
		"direct":                   {user(), func(*U) {}, "", ""},
		"direct, nobody":           {user(), func(u *U) { u.OpenID = "" }, "openid", "required"},
		"direct with a sub_openid": {user(), func(u *U) { u.SubOpenID = "o" }, "sub_openid", "not_allowed"},
		"openid of 129":            {user(), func(u *U) { u.OpenID = strings.Repeat("o", 129) }, "openid", "too_long"},
		"no service":               {user(), func(u *U) { u.ServiceID = "" }, "service_id", "required"},
		"partner":                  {partnerUser(), func(*U) {}, "", ""},
		"partner with an openid":   {partnerUser(), func(u *U) { u.OpenID, u.SubOpenID = "o", "" }, "", ""},
		"partner with both":        {partnerUser(), func(u *U) { u.OpenID = "o" }, "openid", "openid_choice"},
		"partner, nobody":          {partnerUser(), func(u *U) { u.SubOpenID = "" }, "openid", "openid_choice"},
	} {
		t.Run(name, func(t *testing.T) {
			u := c.start
			c.change(&u)
			check(t, u.Validate(), c.field, c.code)
			check(t, permission.NewTerminateUser(u, "x").Validate(u), c.field, c.code)
		})
	}
}

func TestATerminationHasAReasonOfAtMost30(t *testing.T) {
	check(t, permission.NewTerminateUser(user(), strings.Repeat("因", 30)).Validate(user()), "", "")
	check(t, permission.NewTerminateUser(user(), strings.Repeat("因", 31)).Validate(user()), "reason", "too_long")
	check(t, permission.NewTerminateUser(user(), "").Validate(user()), "reason", "required")
	check(t, permission.TerminateAgreementRequest{ServiceID: "1", Reason: "x"}.Validate(), "", "")
	check(t, permission.TerminateAgreementRequest{ServiceID: "1"}.Validate(), "reason", "required")
	check(t, permission.TerminateAgreementRequest{Reason: "x"}.Validate(), "service_id", "required")
	check(t, permission.Agreement{Code: code, ServiceID: "1"}.Validate(), "", "")
	check(t, permission.Agreement{Code: "a/b", ServiceID: "1"}.Validate(), "authorization_code", "authorization_code_form")
}
