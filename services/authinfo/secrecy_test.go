package authinfo_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/service/servicetest"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

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
	everythingThatCanHappen(w)
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
		"APIv2 key a": keyA, "APIv2 key b": keyB, "sealing key": "old old old old", "sealing key in hex": hex.EncodeToString([]byte("old old")),
	}
	for place, content := range places {
		if len(content) == 0 && place != "stream DEADLETTER" && filepath.Ext(place) != ".lock" {
			t.Errorf("%s: nothing to search", place)
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
