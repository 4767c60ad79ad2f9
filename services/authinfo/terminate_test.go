package authinfo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/apistub"
)

// ending is a good request about openID.
func ending(id string) *authinfov1.TerminateAuthorisationRequest {
	return &authinfov1.TerminateAuthorisationRequest{RequestId: id, Merchant: "acme", ServiceId: "500001", Openid: openID, Reason: "用户注销"}
}

func TestAnAuthorisationIsEndedOnceAndItsClosingIsTheMerchants(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.available[openID] = true
	w.start()
	w.notify(fact(opened, "00", "FR1"))
	first, err := w.terminate(ending("t1"))
	must(t, err)
	if first.GetUserKey() != userKeyOf(openID) || first.GetTerminatedAt() == nil {
		t.Errorf("%v", first)
	}
	again, err := w.terminate(ending("t1"))
	must(t, err)
	if !again.GetTerminatedAt().AsTime().Equal(first.GetTerminatedAt().AsTime()) {
		t.Errorf("the repeat got %v", again)
	}
	bodies := sent(w, "/permissions/openid/"+openID+"/terminate")
	if len(bodies) != 1 || bodies[0] != `{"service_id":"500001","appid":"wx8888888888888888","reason":"用户注销"}` {
		t.Errorf("sent %q", bodies)
	}
	closing := fact(closed, "00", "FR1")
	closing.OpenorcloseTime = time.Now().In(clock.Beijing).Format("20060102150405")
	w.notify(closing)
	w.settled()
	if got := events[*authinfov1.AuthorizationClosed](w, userKeyOf(openID)); len(got) != 1 || got[0].GetClosedBy() != "merchant" {
		t.Errorf("%v", got)
	}
	if reply, err := w.show(&authinfov1.ShowAuthorisationRequest{Merchant: "acme", ServiceId: "500001", Openid: openID}); err != nil || reply.GetState() != "UNAVAILABLE" || reply.GetTold() != "CLOSED" {
		t.Errorf("%v %v", reply, err)
	}
}

func TestAnAgreementIsEndedByItsCode(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.available[openID], p.codes["CODE1"] = true, openID
	w.start()
	_, err := w.terminate(changed(ending("t1"), func(m *authinfov1.TerminateAuthorisationRequest) { m.Openid, m.AuthorizationCode = "", "CODE1" }))
	must(t, err)
	if bodies := sent(w, "/permissions/authorization-code/CODE1/terminate"); len(bodies) != 1 || bodies[0] != `{"service_id":"500001","reason":"用户注销"}` {
		t.Errorf("sent %q", bodies)
	}
	closing := opening(openID, "CODE1")
	closing.UserServiceStatus = closed
	w.notify(closing)
	w.settled()
	if got := events[*authinfov1.AuthorizationClosed](w, userKeyOf(openID)); len(got) != 1 || got[0].GetClosedBy() != "merchant" {
		t.Errorf("%v", got)
	}
}

func TestWeChatsNoToATerminationIsTypedAndKept(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.available[openID], p.busy[openID] = true, true
	w.start()
	if _, err := w.terminate(ending("t1")); fault.CodeOf(err) != "unfinished_orders" || !fault.Is(err, fault.Conflict) {
		t.Errorf("with unfinished orders: %v", err)
	}
	p.do(func() { p.busy[openID] = false })
	if _, err := w.terminate(ending("t1")); fault.CodeOf(err) != "unfinished_orders" {
		t.Errorf("the same request_id got %v", err)
	}
	_, err := w.terminate(ending("t2"))
	must(t, err)
	if _, err := w.terminate(ending("t3")); fault.CodeOf(err) != "not_authorised" || !fault.Is(err, fault.NotFound) {
		t.Errorf("nothing to end: %v", err)
	}
	for code, change := range map[string]func(*authinfov1.TerminateAuthorisationRequest){
		"request_id_conflict":  func(m *authinfov1.TerminateAuthorisationRequest) { m.RequestId, m.Openid = "t2", "oBob" },
		"charset_or_length":    func(m *authinfov1.TerminateAuthorisationRequest) { m.RequestId = "a b" },
		"one_of":               func(m *authinfov1.TerminateAuthorisationRequest) { m.Openid = "" },
		"service_need_confirm": func(m *authinfov1.TerminateAuthorisationRequest) { m.ServiceId = "500003" },
	} {
		if _, err := w.terminate(changed(ending("t9"), change)); fault.CodeOf(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := w.terminate(changed(ending("t9"), func(m *authinfov1.TerminateAuthorisationRequest) { m.Reason = strings.Repeat("长", 31) })); fault.FieldOf(err) != "reason" {
		t.Errorf("a long reason: %v", err)
	}
}

func TestATerminationWithoutAnAnswerGoesOnByItselfWithIdenticalBytes(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.available[openID] = true
	p.first = []special{
		{On: "POST", Reply: apistub.Refuse(500, "SYSTEM_ERROR")}, {On: "POST", Reply: apistub.Refuse(429, "FREQUENCY_LIMITED")},
		{On: "POST", Reply: apistub.Reply{Drop: true}, Late: true}, // this one arrived
	}
	w.cfg.Claim = time.Hour // moving the clock does not take a call away from who makes it
	w.start()
	if _, err := w.terminate(ending("t1")); fault.CodeOf(err) != "wechat_unavailable" || !fault.Is(err, fault.Retry) {
		t.Errorf("got %v", err)
	}
	w.clock.Advance(4 * time.Second)
	eventually(t, "sent again by timer", func() bool { return len(sent(w, "/terminate")) == 3 })
	eventually(t, "the timer found that it is done", func() bool {
		w.clock.Advance(time.Second)
		_, err := w.terminate(ending("t1"))
		return err == nil
	})
	bodies := sent(w, "/terminate")
	for _, b := range bodies {
		if b != bodies[0] {
			t.Errorf("sent %q", bodies)
		}
	}
	if len(bodies) != 4 { // the fourth is refused, there is nothing left to end: a query tells
		t.Errorf("%d sends", len(bodies))
	}
}

func (w *world) terminate(req *authinfov1.TerminateAuthorisationRequest) (*authinfov1.TerminateAuthorisationReply, error) {
	var reply authinfov1.TerminateAuthorisationReply
	return &reply, w.call("terminate_authorisation", req, &reply)
}
