package authinfo_test

import (
	"strings"
	"testing"

	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/apistub"
)

func TestAFaceIsNamedOnceWhenTheMerchantAsksForIt(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.first = []special{{On: "facemch", Reply: apistub.Refuse(500, "SYSTEM_ERROR")}} // asked again
	w.start()
	number := w.mustOpen(request("r1")).GetOutOrderNo()
	face := faceResult("acme", number)
	face.Device = &kioskv1.Device{DeviceId: "KIOSK-0001"}
	w.publish(face)
	named := first[*authinfov1.UserIdentified](w, number)
	if named.GetUnionId() != unionID || named.GetDeviceId() != "KIOSK-0001" || named.GetOccurredAt() == nil {
		t.Errorf("%v", named)
	}
	again := changed(face, func(m *kioskv1.FaceResult) { m.ReturnMsg = "again" })
	w.publish(again)
	w.settled()
	w.quiet()
	if n := len(events[*authinfov1.UserIdentified](w, number)); n != 1 {
		t.Errorf("named %d times", n)
	}
	if uri := w.api.Got()[0].URI; uri != "/v3/facemch/users/"+faceSID+"?appid=wx8888888888888888&info_type=ASK_UNIONID" {
		t.Errorf("asked %s", uri)
	}
}

func TestNobodyIsAskedForWithoutASuccessAFaceSidTheMerchantsWishOrOurNumber(t *testing.T) {
	w := newWorld(t)
	newProvider(w)
	w.start()
	for id, change := range map[string]func(*kioskv1.FaceResult){
		"cancel": func(m *kioskv1.FaceResult) { m.ReturnCode = "USER_CANCEL" },
		"nosid":  func(m *kioskv1.FaceResult) { m.FaceSid = "" },
		"minted": func(m *kioskv1.FaceResult) { m.OutOrderNo = "NOTOURS" },
	} {
		w.publish(changed(faceResult("acme", w.mustOpen(request(id)).GetOutOrderNo()), change))
	}
	bolt := request("bolt")
	bolt.Merchant = "bolt"
	w.publish(faceResult("bolt", w.mustOpen(bolt).GetOutOrderNo()))
	w.settled()
	w.quiet()
	if got := w.api.Got(); len(got) != 0 {
		t.Errorf("asked %v", got)
	}
}

func TestAFaceThatWeChatDoesNotNameChangesNothingElse(t *testing.T) {
	w := newWorld(t)
	newProvider(w).first = []special{{On: "facemch", Reply: apistub.Refuse(400, "INVALID_REQUEST")}}
	w.start()
	number := w.mustOpen(request("r1")).GetOutOrderNo()
	w.publish(faceResult("acme", number))
	eventually(t, "it is said", func() bool { return strings.Contains(w.logs.String(), "user not identified") })
	if n := len(w.api.Got()); n != 1 || w.state(number) != "USED" {
		t.Errorf("asked %d times, session %s", n, w.state(number))
	}
}
