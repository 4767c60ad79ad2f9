package wechat

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay/permission"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

func TestAnAnswerIsAboutTheUserOnlyWhenItNamesTheUserAsWeKnowThem(t *testing.T) {
	for name, c := range map[string]struct {
		known         consent.KnownAs
		openid, subID string
		want          consent.Meaning
	}{
		"our openid":                       {consent.OpenID, "oUser", "", consent.Available},
		"our openid, whatever the other":   {consent.OpenID, "oUser", "oElse", consent.Available},
		"another openid":                   {consent.OpenID, "oOther", "", consent.Foreign},
		"nobody":                           {consent.OpenID, "", "", consent.Unclear},
		"by sub_openid alone":              {consent.OpenID, "", "oUser", consent.Unclear},
		"our sub_openid":                   {consent.SubOpenID, "", "oUser", consent.Available},
		"our sub_openid beside an openid":  {consent.SubOpenID, "oPartner", "oUser", consent.Available},
		"another sub_openid":               {consent.SubOpenID, "oUser", "oOther", consent.Foreign},
		"nobody, known by sub_openid":      {consent.SubOpenID, "", "", consent.Unclear},
		"by openid alone, known otherwise": {consent.SubOpenID, "oUser", "", consent.Unclear},
	} {
		told := &permission.Authorisation{State: permission.Available, OpenID: c.openid, SubOpenID: c.subID}
		user := User{ServiceID: "500001", KnownAs: c.known, OpenID: "oUser"}
		if got := Whose(Asked{Meaning: consent.Available, Told: told}, user); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		for _, other := range []consent.Meaning{consent.NotAvailable, consent.Doubtful, consent.Denied} { // nobody is told then
			if got := Whose(Asked{Meaning: other}, user); got != other {
				t.Errorf("%s: %s became %s", name, other, got)
			}
		}
	}
}

func TestAUserIsNamedToWeChatByWhatWeKnowAndNothingElse(t *testing.T) {
	d := &Desk{merchant: merchant.Merchant{WeChat: merchant.WeChatUse{AppID: "wx8888888888888888", SubAppID: "wx7777777777777777", SubMchID: "1900000999"}}}
	for known, want := range map[consent.KnownAs][2]string{consent.OpenID: {"oUser", ""}, consent.SubOpenID: {"", "oUser"}} {
		got := d.user(User{ServiceID: "500001", KnownAs: known, OpenID: "oUser"})
		if got.OpenID != want[0] || got.SubOpenID != want[1] || got.SubMchID != "1900000999" {
			t.Errorf("%s: %+v", known, got)
		}
	}
}
