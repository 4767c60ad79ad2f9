package permission_test

import (
	"os"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/permission"
)

const (
	openID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	code   = "AC20231115000001"
)

func user() permission.User {
	return permission.User{ServiceID: "500001", AppID: "wx8888888888888888", OpenID: openID}
}

func partnerUser() permission.User {
	u := user()
	u.SubMchID, u.SubAppID, u.OpenID, u.SubOpenID = "1900000110", "wx7777777777777777", "", openID
	return u
}

func preAuthorise() permission.PreAuthoriseRequest {
	return permission.PreAuthoriseRequest{ServiceID: "500001", AppID: "wx8888888888888888", AuthorizationCode: code, NotifyURL: "https://pay.example.com/wx/permission"}
}

func file(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func check(t *testing.T, err error, field, code string) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	f, ok := err.(*fault.Error)
	if !ok || f.Class != fault.Terminal || f.Code != code || f.Field != field {
		t.Errorf("%v, want %s [%s]", err, code, field)
	}
}
