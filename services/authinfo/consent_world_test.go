package authinfo_test

import (
	"crypto/rand"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/service/servicetest"
	"github.com/facepay-go/facepay/pkg/userkey"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
)

// wish is a customer's wish for a service of acme.
func wish(number string) *kioskv1.ServiceRequested {
	return &kioskv1.ServiceRequested{
		Merchant: "acme", OutOrderNo: number, ServiceId: "500001", Device: &kioskv1.Device{DeviceId: "KIOSK-0001"}, Openid: openID,
		ServiceIntroduction: "充电宝", RiskFund: &kioskv1.RiskFund{AmountFen: 9900},
	}
}

func wanting(m *kioskv1.ServiceRequested, change func(*kioskv1.ServiceRequested)) *kioskv1.ServiceRequested {
	change(m)
	return m
}

// planned waits until no call of a number's consent is under way.
func (w *world) planned(number string) {
	w.t.Helper()
	eventually(w.t, "the next call is planned", func() bool {
		for _, d := range w.story("acme", number).GetSummary() {
			if at, err := time.Parse(time.RFC3339Nano, d.GetValue()); d.GetLabel() == "consent_next_call_at" && err == nil && at.After(w.clock.Now()) {
				return true
			}
		}
		return len(events[*authinfov1.ServiceNotAuthorised](w, number)) > 0
	})
}

// opening is WeChat's notification that a user opened the service just now.
func opening(openid, code string) *notifyv1.PayScoreAuthorizationNotified {
	return &notifyv1.PayScoreAuthorizationNotified{
		Merchant: "acme", UserKey: userKeyOf(openid), Openid: openid, ServiceId: "500001", AuthorizationCode: code,
		UserServiceStatus: "USER_OPEN_SERVICE", OpenorcloseTime: time.Now().In(clock.Beijing).Format("20060102150405"),
	}
}

func userKeyOf(openid string) string {
	return userkey.New(service.NewSecret([]byte(userSecret))).Of(openid)
}

// notify publishes a notification as if it were another delivery, which callback-ingest would not: a fact has its effect once
// whatever its event's id.
func (w *world) notify(m *notifyv1.PayScoreAuthorizationNotified) {
	w.t.Helper()
	servicetest.Publish(w.t, w.bus, rand.Text(), w.clock.Now(), m)
}

func (w *world) awaited(number string) *authinfov1.AuthorizationAwaited {
	w.t.Helper()
	return first[*authinfov1.AuthorizationAwaited](w, number)
}

func (w *world) authorised(number string) *authinfov1.ServiceAuthorised {
	w.t.Helper()
	return first[*authinfov1.ServiceAuthorised](w, number)
}

func (w *world) notAuthorised(number string) *authinfov1.ServiceNotAuthorised {
	w.t.Helper()
	return first[*authinfov1.ServiceNotAuthorised](w, number)
}

// told holds that each end and each wait was told so often.
func (w *world) told(number string, awaited, authorised, not int) {
	w.t.Helper()
	w.settled()
	a, b, c := len(events[*authinfov1.AuthorizationAwaited](w, number)), len(events[*authinfov1.ServiceAuthorised](w, number)), len(events[*authinfov1.ServiceNotAuthorised](w, number))
	if a != awaited || b != authorised || c != not {
		w.t.Errorf("%s: told %d times to wait, %d times authorised, %d times not", number, a, b, c)
	}
}

func (w *world) tryJump(number string) (*authinfov1.AuthoriseReply, error) {
	w.t.Helper()
	var reply authinfov1.AuthoriseReply
	return &reply, w.call("authorise_jump", &authinfov1.AuthoriseJumpRequest{Merchant: "acme", OutOrderNo: number}, &reply)
}

func (w *world) jump(number string) *authinfov1.AuthoriseReply {
	w.t.Helper()
	reply, err := w.tryJump(number)
	must(w.t, err)
	return reply
}
