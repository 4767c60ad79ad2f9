package face_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/face"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/clienttest"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
)

const faceSID = "sid/Zf+8=secretsecret"

func seen() face.Seen { return face.Seen{FaceSID: faceSID, AppID: "wx8888888888888888"} }

func users(t *testing.T, partner bool, reply wechattest.Reply) (*face.Users, *wechattest.Server) {
	t.Helper()
	account := clienttest.Direct
	if partner {
		account = clienttest.Partner
	}
	client, server := account(t, func(wechattest.Got) wechattest.Reply { return reply })
	return face.NewUsers(client), server
}

func TestAUnionIDIsAskedForInEitherMode(t *testing.T) {
	inPartner := seen()
	inPartner.SubMchID, inPartner.SubAppID = "1900000110", "wx7777777777777777"
	for _, c := range []struct {
		partner bool
		seen    face.Seen
		want    string
	}{
		{false, seen(), "/v3/facemch/users/sid%2FZf+8=secretsecret?appid=wx8888888888888888&info_type=ASK_UNIONID"},
		{true, inPartner, "/v3/facemch/users/sid%2FZf+8=secretsecret?appid=wx8888888888888888&info_type=ASK_UNIONID&sub_appid=wx7777777777777777&sub_mchid=1900000110"},
	} {
		u, server := users(t, c.partner, wechattest.Reply{Body: `{"union_id":"oUnion","openid":"oUp"}`})
		i, err := u.UnionID(t.Context(), c.seen)
		got := server.Got()[0]
		if err != nil || i.Verdict != wechatpay.Accepted || i.UnionID != "oUnion" || i.OpenID != "oUp" {
			t.Errorf("%v %v", i, err)
		}
		if got.Method != http.MethodGet || got.URI != c.want || wechattest.CheckAuthorization(got) != nil {
			t.Errorf("%s %s %v", got.Method, got.URI, wechattest.CheckAuthorization(got))
		}
	}
}

func TestNoUnionIDIsToldApartFromADoubt(t *testing.T) {
	for name, c := range map[string]struct {
		reply wechattest.Reply
		want  wechatpay.Verdict
	}{
		"UnionID为空":    {wechattest.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST","message":"UnionID为空"}`}, wechatpay.RefusedRule},
		"no right":     {wechattest.Reply{Status: 403, Body: `{"code":"NO_AUTH"}`}, wechatpay.RefusedConfig},
		"a 5xx":        {wechattest.Reply{Status: 500, Body: `{"code":"SYSTEM_ERROR"}`}, wechatpay.Undecided},
		"a 200 of {}":  {wechattest.Reply{Body: `{}`}, wechatpay.Undecided},
		"an empty 200": {wechattest.Reply{}, wechatpay.Undecided},
		"unsigned":     {wechattest.Reply{Body: `{"union_id":"oUnion"}`, Unsigned: true}, wechatpay.Undecided},
	} {
		u, _ := users(t, false, c.reply)
		if i, err := u.UnionID(t.Context(), seen()); err != nil || i.Verdict != c.want || i.UnionID != "" {
			t.Errorf("%s: %v %s %v", name, i, i.Verdict, err)
		}
	}
}

func TestAQuestionThatBreaksARuleIsNotSent(t *testing.T) {
	for code, c := range map[string]struct {
		partner bool
		change  func(*face.Seen)
	}{
		"required [face_sid]":     {false, func(s *face.Seen) { s.FaceSID = "" }},
		"too_long [face_sid]":     {false, func(s *face.Seen) { s.FaceSID = strings.Repeat(faceSID, 100) }},
		"required [appid]":        {false, func(s *face.Seen) { s.AppID = "" }},
		"not_allowed [sub_mchid]": {false, func(s *face.Seen) { s.SubMchID = "1900000110" }},
		"not_allowed [sub_appid]": {false, func(s *face.Seen) { s.SubAppID = "wx7777777777777777" }},
		"required [sub_mchid]":    {true, func(*face.Seen) {}},
		"too_long [sub_appid]":    {true, func(s *face.Seen) { s.SubMchID, s.SubAppID = "1900000110", strings.Repeat("w", 33) }},
		"too_long [sub_mchid]":    {true, func(s *face.Seen) { s.SubMchID = strings.Repeat("1", 33) }},
		"not_utf8 [face_sid]":     {false, func(s *face.Seen) { s.FaceSID = "\xff" }},
		"too_long [appid]":        {false, func(s *face.Seen) { s.AppID = strings.Repeat("w", 33) }},
	} {
		u, server := users(t, c.partner, wechattest.Reply{})
		s := seen()
		c.change(&s)
		_, err := u.UnionID(t.Context(), s)
		if got := fault.CodeOf(err) + " [" + fault.FieldOf(err) + "]"; got != code || len(server.Got()) != 0 || !fault.Is(err, fault.Terminal) {
			t.Errorf("%s, want %s", got, code)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Error(err)
		}
	}
}

func TestAFaceSidAndAUserAreNotPrinted(t *testing.T) {
	u, _ := users(t, false, wechattest.Reply{Body: `{"union_id":"oUnion","openid":"oUp"}`})
	i, _ := u.UnionID(t.Context(), seen())
	text := fmt.Sprintf("%v %+v %#v %s %v %v %+v %#v %v", i, i, i, i, i.LogValue(), seen(), seen(), seen(), seen().LogValue())
	for _, secret := range []string{"secret", "oUnion", "oUp"} {
		if strings.Contains(text, secret) {
			t.Error(text)
		}
	}
}
