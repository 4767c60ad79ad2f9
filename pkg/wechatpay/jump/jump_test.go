package jump_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/jump"
	"github.com/google/go-cmp/cmp"
)

const (
	nonce = "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"
	pack  = "DJIOSQPYWDxsjdldeuwhdodwxasd_dDiodnwjh9we+/=="

	// By testdata/sign.py, and again by openssl dgst -sha256 -hmac.
	detailSign  = "FE2C1917EF643119EDEA80927347DD88F2D73CB3A5EE892BEE1535C26658D3A3"
	confirmSign = "E2F93E71299943BA9961B3A96F205301925557A6F1C4BC026D736209A5BAFE01"
)

func signer(t *testing.T) jump.Signer {
	t.Helper()
	key, err := wechatpay.NewAPIv2Key(wechattest.APIv2Key)
	if err != nil {
		t.Fatal(err)
	}
	return jump.Signer{MchID: wechattest.MchID, Key: key}
}

func moment() jump.Moment { return jump.Moment{At: wechattest.Start, Nonce: nonce} }

func must(t *testing.T, p jump.Page, err error) jump.Page {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func TestEveryPageInEveryFormEqualsTheIndependentlySignedOne(t *testing.T) {
	s := signer(t)
	token := wechatpay.NewSecret("tok en/+=&")
	authorise, err := jump.Authorise(token)
	authorise = must(t, authorise, err)
	detail, err := s.OrderDetail("500001", "PS20231115000001", moment())
	detail = must(t, detail, err)
	confirm, err := s.Confirm(wechatpay.NewSecret(pack), moment())
	confirm = must(t, confirm, err)

	detailQuery := "mch_id=1900000109&service_id=500001&out_order_no=PS20231115000001&timestamp=1700000104&nonce_str=" + nonce +
		"&sign_type=HMAC-SHA256&sign=" + detailSign
	confirmQuery := "mch_id=1900000109&package=DJIOSQPYWDxsjdldeuwhdodwxasd_dDiodnwjh9we%2B%2F%3D%3D&timestamp=1700000104&nonce_str=" + nonce +
		"&sign_type=HMAC-SHA256&sign=" + confirmSign
	for want, got := range map[string]string{
		`{"businessType":"wxpayScoreEnable","extraData":{"apply_permissions_token":"tok en/+=&"}}`:                                       asJSON(t, authorise.MiniProgram()),
		`{"businessType":"wxpayScoreEnable","queryString":"apply_permissions_token=tok%20en%2F%2B%3D%26"}`:                               asJSON(t, authorise.H5()),
		`{"businessType":"wxpayScoreEnable","query":"apply_permissions_token=tok%20en%2F%2B%3D%26","extInfo":"{\"miniProgramType\":0}"}`: asJSON(t, authorise.App()),
		`{"businessType":"wxpayScoreDetail","extraData":{"mch_id":"1900000109","nonce_str":"` + nonce + `","out_order_no":"PS20231115000001",` +
			`"service_id":"500001","sign":"` + detailSign + `","sign_type":"HMAC-SHA256","timestamp":"1700000104"}}`: asJSON(t, detail.MiniProgram()),
		`{"businessType":"wxpayScoreDetail","queryString":"` + detailQuery + `"}`:                               asJSON(t, detail.H5()),
		`{"businessType":"wxpayScoreDetail","query":"` + detailQuery + `","extInfo":"{\"miniProgramType\":0}"}`: asJSON(t, detail.App()),
		`{"businessType":"wxpayScoreUse","extraData":{"mch_id":"1900000109","nonce_str":"` + nonce + `","package":"` + pack +
			`","sign":"` + confirmSign + `","sign_type":"HMAC-SHA256","timestamp":"1700000104"}}`: asJSON(t, confirm.MiniProgram()),
		`{"businessType":"wxpayScoreUse","queryString":"` + confirmQuery + `"}`:                               asJSON(t, confirm.H5()),
		`{"businessType":"wxpayScoreUse","query":"` + confirmQuery + `","extInfo":"{\"miniProgramType\":0}"}`: asJSON(t, confirm.App()),
	} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAPageThatWouldNotOpenIsRefused(t *testing.T) {
	s := signer(t)
	detail := func(s jump.Signer, service, no string, m jump.Moment) error {
		_, err := s.OrderDetail(service, no, m)
		return err
	}
	_, noToken := jump.Authorise(wechatpay.Secret{})
	_, noPackage := s.Confirm(wechatpay.Secret{}, moment())
	_, noKey := jump.Signer{MchID: "1"}.Confirm(wechatpay.NewSecret(pack), moment())
	for name, c := range map[string]struct {
		err         error
		field, code string
	}{
		"no token":    {noToken, "apply_permissions_token", "required"},
		"no package":  {noPackage, "package", "required"},
		"no key":      {noKey, "", "no_apiv2_key"},
		"no merchant": {detail(jump.Signer{Key: s.Key}, "1", "2", moment()), "mch_id", "required"},
		"no service":  {detail(s, "", "2", moment()), "service_id", "required"},
		"no order":    {detail(s, "1", "", moment()), "out_order_no", "required"},
		"no moment":   {detail(s, "1", "2", jump.Moment{Nonce: nonce}), "timestamp", "required"},
		"no nonce":    {detail(s, "1", "2", jump.Moment{At: wechattest.Start}), "nonce_str", "required"},
		"nonce of 33": {detail(s, "1", "2", jump.Moment{At: wechattest.Start, Nonce: nonce + "A"}), "nonce_str", "too_long"},
		"order of 33": {detail(s, "1", strings.Repeat("9", 33), moment()), "out_order_no", "too_long"},
		"before 1970": {detail(s, "1", "2", jump.Moment{At: time.Unix(-1, 0), Nonce: nonce}), "timestamp", "required"},
	} {
		if !fault.Is(c.err, fault.Terminal) || fault.CodeOf(c.err) != c.code || fault.FieldOf(c.err) != c.field {
			t.Errorf("%s: %v, want %s [%s]", name, c.err, c.code, c.field)
		}
	}
}

func TestAPageIsNotPrinted(t *testing.T) {
	p, err := jump.Authorise(wechatpay.NewSecret("opensesame"))
	p = must(t, p, err)
	holder := struct{ hidden jump.Page }{p}
	if text := fmt.Sprintf("%v %+v %#v %s %v %+v %#v %v %v", p, p, p, p, holder, holder, holder, p.LogValue(), signer(t)); strings.Contains(text, "opensesame") ||
		strings.Contains(text, wechattest.APIv2Key) {
		t.Error(text)
	}
	if got := (jump.Page{}).H5(); got != (jump.H5{}) || (jump.Page{}).BusinessType() != "" || p.BusinessType() != jump.ScoreEnable {
		t.Errorf("%+v", got)
	}
}
