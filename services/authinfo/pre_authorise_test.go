package authinfo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/apistub"
)

func asking(id string) *authinfov1.PreAuthoriseRequest {
	return &authinfov1.PreAuthoriseRequest{RequestId: id, Merchant: "acme", ServiceId: "500001"}
}

func TestAPreAuthorisationIsMadeOnceAndItsTokenGivenAgainWhileItIsValid(t *testing.T) {
	w := newWorld(t)
	newProvider(w)
	stop := w.start()
	first, err := w.preAuthorise(asking("p1"))
	must(t, err)
	if first.GetJump().GetExtraData() != `{"apply_permissions_token":"`+token+`0001"}` || first.GetAuthorizationCode() == "" {
		t.Errorf("%v", first)
	}
	stop()
	w.start()
	again, err := w.preAuthorise(asking("p1"))
	must(t, err)
	if diff := cmp.Diff(first, again, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	w.clock.Advance(time.Hour)
	late, err := w.preAuthorise(asking("p1"))
	must(t, err)
	if late.GetJump() != nil || late.GetAuthorizationCode() != first.GetAuthorizationCode() || !late.GetExpiresAt().AsTime().Equal(first.GetExpiresAt().AsTime()) {
		t.Errorf("after its end: %v", late)
	}
	if _, err := w.preAuthorise(changed(asking("p1"), func(m *authinfov1.PreAuthoriseRequest) { m.ServiceId = "500002" })); fault.CodeOf(err) != "request_id_conflict" {
		t.Errorf("another body: %v", err)
	}
	if n := len(sent(w, "/permissions")); n != 1 {
		t.Errorf("%d sends", n)
	}
}

func TestTenCallersWithOneRequestIDGetOneCode(t *testing.T) {
	w := newWorld(t)
	newProvider(w)
	w.start()
	replies := make([]*authinfov1.AuthoriseReply, 10)
	together(len(replies), func(i int) {
		var err error
		if replies[i], err = w.preAuthorise(asking("p1")); err != nil {
			t.Error(err)
		}
	})
	for _, r := range replies {
		if diff := cmp.Diff(replies[0], r, protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
	}
	bodies := sent(w, "/permissions")
	for _, b := range bodies {
		if b != bodies[0] {
			t.Errorf("sent %q", bodies)
		}
	}
}

func TestAPreAuthorisationWithoutAnAnswerIsRepeatedWithIdenticalBytesAndARefusalIsKept(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.first = []special{
		{On: "POST", Reply: apistub.Reply{Drop: true}}, {On: "POST", Reply: apistub.Refuse(500, "SYSTEM_ERROR")}, {On: "POST", Reply: apistub.Refuse(401, "SIGN_ERROR")},
	}
	w.start()
	if _, err := w.preAuthorise(asking("p1")); fault.CodeOf(err) != "wechat_unavailable" || !fault.Is(err, fault.Retry) {
		t.Errorf("no answer: %v", err)
	}
	if _, err := w.preAuthorise(asking("p1")); fault.CodeOf(err) != "wechat_configuration" {
		t.Errorf("our signature: %v", err)
	}
	_, err := w.preAuthorise(asking("p1"))
	must(t, err)
	bodies := sent(w, "/permissions")
	if len(bodies) != 4 || strings.Count(strings.Join(bodies, "\n")+"\n", bodies[0]+"\n") != 4 {
		t.Errorf("sent %q", bodies)
	}
	p.do(func() { p.first = []special{{On: "POST", Reply: apistub.Refuse(403, "NO_AUTH")}} })
	for range 2 {
		if _, err := w.preAuthorise(asking("p2")); fault.CodeOf(err) != "wechat_configuration" || !fault.Is(err, fault.Terminal) {
			t.Errorf("no right: %v", err)
		}
	}
	if n := len(sent(w, "/permissions")); n != 5 {
		t.Errorf("%d sends", n)
	}
	for code, change := range map[string]func(*authinfov1.PreAuthoriseRequest){
		"charset_or_length":    func(m *authinfov1.PreAuthoriseRequest) { m.RequestId = "a b" },
		"unknown_merchant":     func(m *authinfov1.PreAuthoriseRequest) { m.Merchant = "nobody" },
		"unknown_service":      func(m *authinfov1.PreAuthoriseRequest) { m.ServiceId = "500009" },
		"service_need_confirm": func(m *authinfov1.PreAuthoriseRequest) { m.ServiceId = "500003" },
	} {
		if _, err := w.preAuthorise(changed(asking("p9"), change)); fault.CodeOf(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func (w *world) preAuthorise(req *authinfov1.PreAuthoriseRequest) (*authinfov1.AuthoriseReply, error) {
	var reply authinfov1.AuthoriseReply
	return &reply, w.call("pre_authorise", req, &reply)
}
