package sandbox_test

import (
	"crypto/rsa"
	"net/http"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

// step changes the keys and returns the serials listed, the signing one first.
func (w *world) step(t testing.TB, step string, want int) (serials []string) {
	t.Helper()
	keys := w.control(t, http.MethodPost, "/control/wechat/keys/"+step, nil, want)
	listed, _ := keys["certificates"].([]any)
	for _, c := range listed {
		serial := c.(fieldsOf)["serial_no"].(string)
		if c.(fieldsOf)["signs"] == true {
			serials = append([]string{serial}, serials...)
		} else {
			serials = append(serials, serial)
		}
	}
	return serials
}

// signer asks for an answer signed by a key and returns who signed; the client must know him.
func (w *world) signer(t testing.TB, ask string) string {
	t.Helper()
	w.client.ask = ask
	r := w.call(t, http.MethodGet, orderURI("NONE"), nil)
	if r.bad != nil {
		t.Errorf("asked for %q: %v", ask, r.bad)
	}
	return r.header.Get("Wechatpay-Serial")
}

func TestAPlatformCertificateIsReplacedWhileBothAreValid(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.Merchants[0].KeyMode = sandbox.CertificateMode }))
	old := w.platform
	w.step(t, "rotate", 409)
	w.step(t, "retire", 409)
	issued := w.step(t, "issue", 200)
	w.step(t, "issue", 409)
	w.client.ask = old
	listed := w.fetched(t)
	if len(issued) != 2 || issued[0] != old || len(listed) != 2 || listed[issued[1]] == nil || listed[issued[1]].NotAfter.Before(time.Now().AddDate(4, 0, 0)) {
		t.Fatalf("%v %v", issued, listed)
	}
	fresh := issued[1]
	w.client.wechat[fresh] = listed[fresh].PublicKey.(*rsa.PublicKey)
	if a, b, c := w.signer(t, ""), w.signer(t, old), w.signer(t, fresh); a != old || b != old || c != fresh {
		t.Errorf("before the rotation %s %s %s", a, b, c)
	}
	if rotated := w.step(t, "rotate", 200); len(rotated) != 2 || rotated[0] != fresh {
		t.Errorf("%v", rotated)
	}
	if a, b := w.signer(t, ""), w.signer(t, old); a != fresh || b != old {
		t.Errorf("after the rotation %s %s", a, b)
	}
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	d := w.next(t, "/order")
	if w.notice(t, d); d.header.Get("Wechatpay-Serial") != fresh {
		t.Errorf("the notice is signed by %s", d.header.Get("Wechatpay-Serial"))
	}
	if left := w.step(t, "retire", 200); len(left) != 1 || left[0] != fresh || len(w.fetched(t)) != 1 {
		t.Errorf("%v", left)
	}
	if got := w.signer(t, old); got != fresh {
		t.Errorf("a retired certificate signs: %s", got)
	}
}

func TestTheSwitchToThePublicKeyBeginsWhenTheMerchantSaysSo(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.Merchants[0].KeyMode = sandbox.CertificateMode }))
	if got := w.signer(t, w.public); got != w.platform {
		t.Errorf("before the switch signed by %s", got)
	}
	for day, perMille := range map[int]float64{1: 1, 4: 100, 7: 1000} {
		keys := w.control(t, http.MethodPost, "/control/wechat/keys/switch", fieldsOf{"day": day}, 200)
		if keys["switching"] != true || keys["callback_public_key_per_mille"] != perMille {
			t.Errorf("day %d: %v", day, keys)
		}
	}
	w.control(t, http.MethodPost, "/control/wechat/keys/switch", fieldsOf{"day": 8}, 400)
	w.control(t, http.MethodPost, "/control/wechat/keys/rotate", fieldsOf{"day": 1}, 400)
	w.control(t, http.MethodPost, "/control/wechat/keys/turn", nil, 404)
	if a, b := w.signer(t, w.public), w.signer(t, w.platform); a != w.public || b != w.platform {
		t.Errorf("during the switch %s %s", a, b)
	}
	w.control(t, http.MethodPost, "/control/wechat/keys/switch", fieldsOf{"day": 7}, 200)
	w.open(t, "PS1", "alice")
	if d := w.next(t, "/service"); d.header.Get("Wechatpay-Serial") != w.public {
		t.Errorf("on the last day a callback is signed by %s", d.header.Get("Wechatpay-Serial"))
	}
	if keys := w.control(t, http.MethodGet, "/control/wechat/keys", nil, 200); keys["public_key_id"] != w.public || len(keys["certificates"].([]any)) != 1 {
		t.Errorf("%v", keys)
	}
}

func TestAnAccountWithAPublicKeyOnlyHasNothingToSwitchOrRotate(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.Merchants[0].KeyMode = sandbox.PublicKeyMode }))
	for _, step := range []string{"issue", "rotate", "retire"} {
		w.step(t, step, 409)
	}
	w.control(t, http.MethodPost, "/control/wechat/keys/switch", fieldsOf{"day": 1}, 409)
}
