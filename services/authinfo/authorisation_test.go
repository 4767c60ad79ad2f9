package authinfo_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/apistub"
)

// fact is a notification about openID at a second of noon, Beijing.
func fact(status, second, outRequestNo string) *notifyv1.PayScoreAuthorizationNotified {
	m := opening(openID, "")
	m.UserServiceStatus, m.OpenorcloseTime, m.OutRequestNo = status, "202611221200"+second, outRequestNo
	return m
}

const (
	opened = "USER_OPEN_SERVICE"
	closed = "USER_CLOSE_SERVICE"
)

func TestEveryFactOfAnAuthorisationIsToldOnceInWhateverOrderItComes(t *testing.T) {
	facts := []*notifyv1.PayScoreAuthorizationNotified{
		fact(opened, "00", "FR1"), fact(closed, "30", "FR1"), fact(opened, "30", "FR2"), // closed and open again within a second
	}
	for name, order := range map[string][]int{"in order": {0, 1, 2}, "backwards": {2, 1, 0}, "again and again": {1, 0, 1, 2, 0, 2}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			newProvider(w)
			w.start()
			for _, i := range order {
				w.notify(facts[i])
			}
			w.settled()
			opens, closes := events[*authinfov1.AuthorizationOpened](w, userKeyOf(openID)), events[*authinfov1.AuthorizationClosed](w, userKeyOf(openID))
			if len(opens) != 2 || len(closes) != 1 || closes[0].GetClosedBy() != "user" {
				t.Errorf("told %v and %v", opens, closes)
			}
			reply, err := w.show(&authinfov1.ShowAuthorisationRequest{Merchant: "acme", ServiceId: "500001", Openid: openID})
			must(t, err)
			if reply.GetTold() != "OPEN" || reply.GetToldAt().AsTime().In(clock.Beijing).Format("150405") != "120030" {
				t.Errorf("told %s at %v", reply.GetTold(), reply.GetToldAt().AsTime())
			}
		})
	}
}

func TestANotificationThatCannotBeReadGoesToTheDeadLetters(t *testing.T) {
	w := newWorld(t)
	newProvider(w)
	w.start()
	w.notify(fact(opened, "99", ""))
	w.notify(fact("USER_SLEEPS", "00", ""))
	eventually(t, "two dead letters", func() bool {
		return len(streamed(w, "DEADLETTER")) > 0 && strings.Count(string(streamed(w, "DEADLETTER")), "notice_") >= 2
	})
}

func TestShowTellsWhatWeChatSaysNowAndWhatWeWereTold(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.available[openID], p.codes["CODE1"], p.codes["CODE2"] = true, openID, ""
	w.start()
	w.notify(fact(closed, "00", "FR1"))
	w.settled()
	of := func(openid, code string) *authinfov1.ShowAuthorisationRequest {
		return &authinfov1.ShowAuthorisationRequest{Merchant: "acme", ServiceId: "500001", Openid: openid, AuthorizationCode: code}
	}
	reply, err := w.show(of(openID, ""))
	must(t, err)
	want := &authinfov1.ShowAuthorisationReply{
		State: "AVAILABLE", UserKey: userKeyOf(openID), AuthorisedAt: reply.GetAuthorisedAt(), Told: "CLOSED", ToldAt: reply.GetToldAt(),
	}
	if diff := cmp.Diff(want, reply, protocmp.Transform()); diff != "" || reply.GetAuthorisedAt().AsTime().Format(time.RFC3339Nano) != "2026-11-22T04:00:00.12Z" {
		t.Error(diff, reply.GetAuthorisedAt().AsTime())
	}
	if reply, err = w.show(of("", "CODE1")); err != nil || reply.GetState() != "AVAILABLE" || reply.GetUserKey() != userKeyOf(openID) || reply.GetAuthorizationCode() != "CODE1" {
		t.Errorf("by code: %v %v", reply, err)
	}
	if reply, err = w.show(of("", "CODE2")); err != nil || reply.GetState() != "UNBINDUSER" || reply.GetUserKey() != "" || reply.GetTold() != "UNKNOWN" {
		t.Errorf("by a code nobody completed: %v %v", reply, err)
	}
	for code, c := range map[string]struct {
		req   *authinfov1.ShowAuthorisationRequest
		reply *apistub.Reply
	}{
		"one_of":               {of(openID, "CODE1"), nil},
		"unknown_merchant":     {changed(of(openID, ""), func(m *authinfov1.ShowAuthorisationRequest) { m.Merchant = "nobody" }), nil},
		"unknown_service":      {changed(of(openID, ""), func(m *authinfov1.ShowAuthorisationRequest) { m.ServiceId = "500009" }), nil},
		"service_need_confirm": {changed(of(openID, ""), func(m *authinfov1.ShowAuthorisationRequest) { m.ServiceId = "500003" }), nil},
		"wechat_unavailable":   {of(openID, ""), new(apistub.Refuse(http.StatusInternalServerError, "SYSTEM_ERROR"))},
		"wechat_configuration": {of(openID, ""), new(apistub.Refuse(http.StatusForbidden, "NO_AUTH"))},
	} {
		if c.reply != nil {
			p.do(func() { p.first = []special{{On: "GET", Reply: *c.reply}} })
		}
		if _, err := w.show(c.req); fault.CodeOf(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestShowFindsAPartnersUserWhoIsKnownBySubOpenidOnly(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	w.start()
	told := fact(opened, "00", "FR1")
	told.Merchant, told.Openid, told.UserKey = "bolt", "", userKeyOf("oSub") // as callback-ingest names such a user
	w.notify(told)
	w.settled()
	p.do(func() {
		p.first = []special{{On: "GET", Reply: apistub.Reply{
			Body: `{"service_id":"500001","sub_openid":"oSub","authorization_code":"CODE1","authorization_state":"AVAILABLE"}`,
		}}}
	})
	reply, err := w.show(&authinfov1.ShowAuthorisationRequest{Merchant: "bolt", ServiceId: "500001", AuthorizationCode: "CODE1"})
	if err != nil || reply.GetUserKey() != userKeyOf("oSub") || reply.GetTold() != "OPEN" {
		t.Errorf("%v %v", reply, err)
	}
}

func (w *world) show(req *authinfov1.ShowAuthorisationRequest) (*authinfov1.ShowAuthorisationReply, error) {
	var reply authinfov1.ShowAuthorisationReply
	return &reply, w.call("show_authorisation", req, &reply)
}

// changed changes a copy of a message.
func changed[M proto.Message](m M, change func(M)) M {
	copied := proto.CloneOf(m)
	change(copied)
	return copied
}
