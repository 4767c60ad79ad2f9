package authinfo_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/service/servicetest"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/apistub"
	"github.com/facepay-go/facepay/services/authinfo/internal/facestub"
)

func TestNoSecretReachesALogAnErrorAnEventATraceOrTheFile(t *testing.T) {
	w := newWorld(t)
	traces := &servicetest.Log{}
	collector := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(traces, r.Body)
	}))
	t.Cleanup(collector.Close)
	w.traces = collector.URL
	stop := w.start()
	p := newProvider(w)
	everythingThatCanHappen(w)
	everythingWithoutAFace(w, p)
	stop()

	places := map[string][]byte{
		"the logs": []byte(w.logs.String()), "the errors": []byte(w.errors.String()), "the traces": []byte(traces.String()),
		"stream AUTHINFO": streamed(w, "AUTHINFO"), "stream DEADLETTER": streamed(w, "DEADLETTER"),
	}
	must(t, w.docs.Close())
	files, err := filepath.Glob(w.path + "*")
	must(t, err)
	for _, file := range files {
		places["file "+filepath.Base(file)], err = os.ReadFile(file)
		must(t, err)
	}
	secrets := map[string]string{
		"rawdata": rawdata, "authinfo": "q3OPhFtQBf6K+ZGqmZ/hejKCRy5K", "openid": openID, "face_sid": faceSID,
		"token": token, "sub_openid": "oSubSecret0001", "user secret": userSecret, "private key": "PRIVATE KEY",
		"APIv2 key a": keyA, "APIv2 key b": keyB, "sealing key": "old old old old", "sealing key in hex": hex.EncodeToString([]byte("old old")),
	}
	for place, content := range places {
		if len(content) == 0 && place != "stream DEADLETTER" && filepath.Ext(place) != ".lock" {
			t.Errorf("%s: nothing to search", place)
		}
		if place != "stream AUTHINFO" { // user_identified is there to tell it
			secrets["union_id"] = unionID
		} else {
			delete(secrets, "union_id")
		}
		for name, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s: holds the %s", place, name)
			}
		}
	}
}

// everythingThatCanHappen goes through good and bad requests, every answer of WeChat and every kind of face result.
func everythingThatCanHappen(w *world) {
	first := w.mustOpen(request("r1"))
	w.mustOpen(request("r1"))
	own := func(id string) *authinfov1.OpenSessionRequest {
		return with(request(id), func(r *authinfov1.OpenSessionRequest) { r.DeviceId = "KIOSK-0002" })
	}
	_, _ = w.open(with(request("r1"), func(r *authinfov1.OpenSessionRequest) { r.StoreId = "S002" }))
	_, _ = w.open(with(own("r2"), func(r *authinfov1.OpenSessionRequest) { r.Rawdata += " " }))
	_, _ = w.open(with(own("r2"), func(r *authinfov1.OpenSessionRequest) { r.Merchant = "nobody" }))
	for _, a := range []facestub.Answer{
		facestub.Refuse("SYSTEMERROR", "bad rawdata "+rawdata, true), // WeChat repeats what it was sent
		facestub.Refuse("PARAM_ERROR", "bad rawdata "+rawdata, false),
		facestub.Refuse("ERROR", "bad key "+keyA, true),
		facestub.Refuse("SUCCESS", facestub.Authinfo(1), false),
		func(facestub.Fields, *http.Request) (facestub.Fields, bool) { return nil, false },
		func(facestub.Fields, *http.Request) (facestub.Fields, bool) {
			return facestub.Fields{"return_code": "SUCCESS", "authinfo": facestub.Authinfo(2), "expires_in": "soon"}, true
		},
	} {
		w.a.Set(a)
		if _, err := w.open(own("r2")); err == nil {
			w.t.Error("WeChat refused and a session was opened")
		}
	}
	w.a.Set(w.a.Grant)
	second := w.mustOpen(own("r2"))

	m := faceResult("acme", first.GetOutOrderNo())
	m.ErrCode = 271382020 // drops the credential
	w.publish(m)
	w.publish(faceResult("acme", "NEVER1"))
	// A kiosk's broken message goes to the dead letters as it came, so it carries no user here.
	for _, broken := range []string{`{"merchant":`, `{"no_such_field":"x"}`} {
		must(w.t, w.bus.Conn().Publish("facepay.kiosk.face_result.acme.BROKEN", []byte(broken)))
	}
	bad := &nats.Msg{Subject: "facepay-rpc.authinfo.open_session", Data: []byte(`{"request_id":"r9","rawdata":["` + rawdata + `"]}`)}
	answer, err := w.bus.Conn().RequestMsg(bad, 10*time.Second)
	must(w.t, err)
	_, _ = w.errors.Write(answer.Data)
	w.settled()
	w.clock.Advance(11 * time.Minute)
	eventually(w.t, "the second session expired", func() bool { return w.state(second.GetOutOrderNo()) == "EXPIRED" })
	story, err := proto.Marshal(w.story("acme", first.GetOutOrderNo()))
	must(w.t, err)
	_, _ = w.errors.Write(story)
}

// everythingWithoutAFace goes through authorisations: requested, refused, notified, shown, ended.
func everythingWithoutAFace(w *world, p *provider) {
	first[*authinfov1.UserIdentified](w, firstNumber(w))
	quoting := func(status int, code string) apistub.Reply { // WeChat repeats what it was sent
		return apistub.Reply{Status: status, Body: `{"code":"` + code + `","message":"` + openID + ` ` + token + ` ` + unionID + `"}`}
	}
	w.publish(wish("N1"))
	code := w.awaited("N1").GetAuthorizationCode()
	if !strings.Contains(w.jump("N1").GetJump().GetExtraData(), token) {
		w.t.Error("no token in the jump")
	}
	p.authorises(openID, code)
	w.notify(opening(openID, code))
	w.authorised("N1")
	w.publish(wanting(wish("N2"), func(m *kioskv1.ServiceRequested) { m.Merchant, m.Openid, m.SubOpenid = "bolt", "", "oSubSecret0001" }))
	w.awaited("N2")
	p.do(func() {
		p.available = map[string]bool{}
		p.first = []special{{On: "openid/" + openID, Reply: quoting(400, "PARAM_ERROR")}}
	})
	w.publish(wish("N3"))
	w.notAuthorised("N3")
	p.do(func() {
		p.first = []special{{On: "GET", Reply: quoting(500, "SYSTEM_ERROR")}, {On: "terminate", Reply: quoting(403, "NO_AUTH")}, {On: "facemch", Reply: quoting(400, "INVALID_REQUEST")}}
	})
	_, _ = w.show(&authinfov1.ShowAuthorisationRequest{Merchant: "acme", ServiceId: "500001", Openid: openID})
	_, _ = w.terminate(ending("t1"))
	_, _ = w.terminate(ending("t2"))
	_, _ = w.terminate(changed(ending("t2"), func(m *authinfov1.TerminateAuthorisationRequest) { m.Openid += "x" }))
	hung := changed(ending("t3"), func(m *authinfov1.TerminateAuthorisationRequest) { m.Merchant = "bolt" }) // a partner's body names the user
	p.do(func() {
		p.first = []special{{On: "terminate", Reply: quoting(500, "SYSTEM_ERROR")}, {On: "terminate", Reply: quoting(500, "SYSTEM_ERROR")}}
	})
	_, _ = w.terminate(hung)
	_, _ = w.preAuthorise(asking("p1"))
	w.publish(faceResult("acme", w.mustOpen(request("r3")).GetOutOrderNo()))
	w.notify(fact(closed, "00", "FR1"))
	w.settled()
	for _, number := range []string{"N1", "N3"} {
		story, err := proto.Marshal(w.story("acme", number))
		must(w.t, err)
		_, _ = w.errors.Write(story)
	}
}

// firstNumber is the number of request r1.
func firstNumber(w *world) string { return w.mustOpen(request("r1")).GetOutOrderNo() }

// streamed is all that a stream holds, headers and bodies.
func streamed(w *world, stream string) []byte {
	w.t.Helper()
	js, err := jetstream.New(w.bus.Conn())
	must(w.t, err)
	s, err := js.Stream(w.t.Context(), stream)
	must(w.t, err)
	info, err := s.Info(w.t.Context())
	must(w.t, err)
	var all []byte
	for seq := uint64(1); seq <= info.State.LastSeq; seq++ {
		msg, err := s.GetMsg(w.t.Context(), seq)
		must(w.t, err)
		all = append(all, msg.Subject...)
		for k, v := range msg.Header {
			all = append(append(all, k...), v[0]...)
		}
		all = append(all, msg.Data...)
	}
	return all
}
