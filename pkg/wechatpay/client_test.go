package wechatpay_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
)

const path = "/v3/payscore/serviceorder/PS1/cancel"

func ask(t *testing.T, reply wechattest.Reply) wechatpay.Answer {
	t.Helper()
	clock := wechattest.At(wechattest.Start)
	server := wechattest.Serve(t, clock, func(wechattest.Got) wechattest.Reply { return reply })
	return newFixture(t, clock, server.URL).client.Post(t.Context(), path, []byte(`{"reason":"x"}`))
}

func TestDoSignsAndSendsTheFrozenBytesWithEveryHeader(t *testing.T) {
	clock := wechattest.At(wechattest.Start)
	server := wechattest.Serve(t, clock, func(wechattest.Got) wechattest.Reply { return wechattest.Reply{Body: `{}`} })
	f := newFixture(t, clock, server.URL)
	frozen := `{"b":1,  "a":"<&>","中":"文"}`
	for _, uri := range []string{path, "/v3/x/A%7CB%2AC/y?service_id=1&appid=2&b=%20"} {
		if a := f.client.Post(t.Context(), uri, []byte(frozen)); a.Outcome != wechatpay.Yes {
			t.Error(a)
		}
		if a := f.client.Get(t.Context(), uri); a.Outcome != wechatpay.Yes || string(a.Body) != `{}` {
			t.Error(a)
		}
	}
	for i, got := range server.Got() {
		if err := wechattest.CheckAuthorization(got); err != nil {
			t.Errorf("%s %s: %v", got.Method, got.URI, err)
		}
		if got.Header.Get("Wechatpay-Serial") != wechattest.PublicKeyID || got.Header.Get("Accept") != "application/json" || got.Header.Get("User-Agent") == "" {
			t.Errorf("headers: %v", got.Header)
		}
		if i%2 == 0 && (got.Body != frozen || got.Header.Get("Content-Type") != "application/json") {
			t.Errorf("body %q, content type %q", got.Body, got.Header.Get("Content-Type"))
		}
	}
	if uri := server.Got()[2].URI; uri != "/v3/x/A%7CB%2AC/y?service_id=1&appid=2&b=%20" {
		t.Errorf("the path was changed on its way: %s", uri)
	}
}

func TestOutcomeIsThreeValued(t *testing.T) {
	otherKey := wechattest.KeyA(t)
	for name, c := range map[string]struct {
		reply   wechattest.Reply
		outcome wechatpay.Outcome
		doubt   wechatpay.Doubt
		reason  wechatpay.Reason
	}{
		"a signed 200 is yes":                {wechattest.Reply{Body: `{"a":1}`}, wechatpay.Yes, "", ""},
		"a signed empty 204 is yes":          {wechattest.Reply{Status: 204}, wechatpay.Yes, "", ""},
		"299 s old is yes":                   {wechattest.Reply{Body: `{}`, SignedAt: wechattest.Start.Add(-299 * time.Second)}, wechatpay.Yes, "", ""},
		"300 s old is unknown":               {wechattest.Reply{Body: `{}`, SignedAt: wechattest.Start.Add(-300 * time.Second)}, wechatpay.Unknown, wechatpay.DoubtUnverified, wechatpay.Stale},
		"300 s ahead is unknown":             {wechattest.Reply{Body: `{}`, SignedAt: wechattest.Start.Add(300 * time.Second)}, wechatpay.Unknown, wechatpay.DoubtUnverified, wechatpay.Stale},
		"a tampered body is unknown":         {wechattest.Reply{Body: `{"state":"DOING"}`, Tamper: `{"state":"DONE"}`}, wechatpay.Unknown, wechatpay.DoubtUnverified, wechatpay.BadSignature},
		"another key is unknown":             {wechattest.Reply{Body: `{}`, Key: otherKey}, wechatpay.Unknown, wechatpay.DoubtUnverified, wechatpay.BadSignature},
		"an unknown serial is unknown":       {wechattest.Reply{Body: `{}`, Serial: "ABCD"}, wechatpay.Unknown, wechatpay.DoubtUnverified, wechatpay.UnknownSerial},
		"an unsigned 200 is unknown":         {wechattest.Reply{Body: `{}`, Unsigned: true}, wechatpay.Unknown, wechatpay.DoubtUnverified, wechatpay.MissingHeader},
		"202 is unknown":                     {wechattest.Reply{Status: 202, Body: `{"code":"ACCEPTED"}`}, wechatpay.Unknown, wechatpay.DoubtAccepted, ""},
		"500 is unknown":                     {wechattest.Reply{Status: 500, Body: `{"code":"SYSTEM_ERROR"}`}, wechatpay.Unknown, wechatpay.DoubtServer, ""},
		"SYSTEM_ERROR under 400 too":         {wechattest.Reply{Status: 400, Body: `{"code":"SYSTEM_ERROR"}`}, wechatpay.Unknown, wechatpay.DoubtServer, ""},
		"a gateway's 502 page is unknown":    {wechattest.Reply{Status: 502, Body: "<html>Bad Gateway</html>", Unsigned: true}, wechatpay.Unknown, wechatpay.DoubtServer, ""},
		"a gateway's 400 page is unknown":    {wechattest.Reply{Status: 400, Body: "<html>400</html>", Unsigned: true}, wechatpay.Unknown, wechatpay.DoubtUnreadable, ""},
		"a gateway's 404 in JSON is unknown": {wechattest.Reply{Status: 404, Body: `{"code":404,"message":"no route"}`, Unsigned: true}, wechatpay.Unknown, wechatpay.DoubtUnreadable, ""},
		"an empty 404 is unknown":            {wechattest.Reply{Status: 404, Unsigned: true}, wechatpay.Unknown, wechatpay.DoubtUnreadable, ""},
		"a redirect is unknown":              {wechattest.Reply{Status: 302}, wechatpay.Unknown, wechatpay.DoubtStatus, ""},
		"above 1 MiB is unknown":             {wechattest.Reply{Body: strings.Repeat("x", wechatpay.MaxBody+1)}, wechatpay.Unknown, wechatpay.DoubtTooLarge, ""},
		"WeChat's 400 is no":                 {wechattest.Reply{Status: 400, Body: `{"code":"PARAM_ERROR","message":"参数错误","detail":{"field":"x"}}`}, wechatpay.No, "", ""},
		"detail may be a string":             {wechattest.Reply{Status: 400, Body: `{"code":"PARAM_ERROR","detail":"x"}`}, wechatpay.No, "", ""},
		"429 is no, with WeChat's body":      {wechattest.Reply{Status: 429, Body: `{"code":"FREQUENCY_LIMITED"}`}, wechatpay.No, "", ""},
		"429 is no, with a gateway's page":   {wechattest.Reply{Status: 429, Body: "slow down", Unsigned: true}, wechatpay.No, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := ask(t, c.reply)
			if a.Outcome != c.outcome || a.Doubt != c.doubt || a.Reason != c.reason {
				t.Errorf("%v", a)
			}
		})
	}
}

func TestATimeoutAfterSendingIsUnknownAndSent(t *testing.T) {
	clock := wechattest.At(wechattest.Start)
	server := wechattest.Serve(t, clock, func(wechattest.Got) wechattest.Reply {
		return wechattest.Reply{Before: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}
	})
	f := newFixture(t, clock, server.URL)
	f.options.Timeout = 100 * time.Millisecond
	client, err := wechatpay.NewClient(f.account, f.ring, f.options)
	if err != nil {
		t.Fatal(err)
	}
	a := client.Post(t.Context(), path, []byte("{}"))
	if a.Outcome != wechatpay.Unknown || a.Doubt != wechatpay.DoubtTimeout || a.NotSent {
		t.Error(a)
	}
	if len(server.Got()) != 1 {
		t.Errorf("%d requests arrived, a call is never repeated by the client", len(server.Got()))
	}
}

func TestABrokenConnectionIsUnknownAndSent(t *testing.T) {
	a := ask(t, wechattest.Reply{Before: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }})
	if a.Outcome != wechatpay.Unknown || a.Doubt != wechatpay.DoubtConnection || a.NotSent {
		t.Error(a)
	}
}

func TestARefusedConnectionIsNotSentAndStillUnknown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	_ = listener.Close()
	a := newFixture(t, wechattest.At(wechattest.Start), url).client.Post(t.Context(), path, []byte("{}"))
	if a.Outcome != wechatpay.Unknown || a.Doubt != wechatpay.DoubtConnection || !a.NotSent {
		t.Error(a)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	clock := wechattest.At(wechattest.Start)
	server := wechattest.Serve(t, clock, func(wechattest.Got) wechattest.Reply {
		return wechattest.Reply{Status: 307, Before: func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Location", "/elsewhere") }}
	})
	newFixture(t, clock, server.URL).client.Post(t.Context(), path, []byte("{}"))
	if n := len(server.Got()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestErrorCodeAndInternalCodeAreRead(t *testing.T) {
	a := ask(t, wechattest.Reply{Status: 404, Body: `{"code":"ORDER_NOT_ EXIST","message":"x"}`, RequestID: "08F7C3AB-ABCD-271317510"})
	if a.Code != "ORDER_NOT_EXIST" || a.InternalCode != "271317510" || a.RequestID != "08F7C3AB-ABCD-271317510" || a.HTTPStatus != 404 {
		t.Error(a)
	}
	if a := ask(t, wechattest.Reply{Status: 400, Body: `{"code":"X"}`, RequestID: "no-number-here"}); a.InternalCode != "" {
		t.Error(a)
	}
}

func TestAnAnswerPrintsWithoutItsBody(t *testing.T) {
	a := ask(t, wechattest.Reply{Body: `{"openid":"oUpF8uMuAJO"}`})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if text := fmt.Sprintf(verb, a); strings.Contains(text, "oUpF8uMuAJO") || strings.Contains(text, fmt.Sprintf("%x", "oUpF8")) {
			t.Error(text)
		}
	}
	if text := a.LogValue().String(); strings.Contains(text, "oUpF8uMuAJO") {
		t.Error(text)
	}
}

func TestAClientNeedsKeysAndOptions(t *testing.T) {
	account, err := wechatpay.LoadAccount(wechattest.Account(t, ""), wechatpay.ToReceive)
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, wechattest.At(wechattest.Start), "")
	if _, err := wechatpay.NewClient(account, f.ring, f.options); err == nil {
		t.Error("a client without a private key")
	}
	for _, o := range []wechatpay.Options{{}, {HTTP: f.options.HTTP}, {HTTP: f.options.HTTP, Clock: f.options.Clock}} {
		if _, err := wechatpay.NewClient(f.account, f.ring, o); err == nil {
			t.Errorf("%+v was enough", o)
		}
		if _, err := wechatpay.NewKeyRing(f.account, o); err == nil {
			t.Errorf("%+v was enough", o)
		}
	}
}

func TestACallerWhoGivesUpIsCancelledAndABadBaseIsLocal(t *testing.T) {
	clock := wechattest.At(wechattest.Start)
	ctx, cancel := context.WithCancel(t.Context())
	server := wechattest.Serve(t, clock, func(wechattest.Got) wechattest.Reply {
		return wechattest.Reply{Before: func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }}
	})
	if a := newFixture(t, clock, server.URL).client.Post(ctx, path, []byte("{}")); a.Doubt != wechatpay.DoubtCancelled || a.NotSent {
		t.Error(a)
	}
	if a := newFixture(t, clock, "://").client.Post(t.Context(), path, []byte("{}")); a.Doubt != wechatpay.DoubtLocal || !a.NotSent || a.Outcome != wechatpay.Unknown {
		t.Error(a)
	}
}
