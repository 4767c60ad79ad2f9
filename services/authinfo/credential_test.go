package authinfo_test

import (
	"bytes"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/facestub"
)

func TestOneCredentialServesATerminalAndEveryOtherParameterNeedsItsOwn(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.mustOpen(request("r0"))
	for i, same := range []func(*authinfov1.OpenSessionRequest){
		func(r *authinfov1.OpenSessionRequest) {},
		func(r *authinfov1.OpenSessionRequest) { r.Rawdata = "fresh+rawdata=" },
		func(r *authinfov1.OpenSessionRequest) { r.ServiceId = "500002" }, // not a parameter of the call
		func(r *authinfov1.OpenSessionRequest) { r.OutOrderNo = "OWN1" },
	} {
		if got := w.mustOpen(with(request("same"+strconv.Itoa(i)), same)).GetAuthinfo(); got != facestub.Authinfo(1) {
			t.Errorf("case %d got %s, want the credential that is kept", i, got)
		}
	}
	for name, other := range map[string]func(*authinfov1.OpenSessionRequest){
		"store_id":   func(r *authinfov1.OpenSessionRequest) { r.StoreId = "S002" },
		"store_name": func(r *authinfov1.OpenSessionRequest) { r.StoreName = "二号店" },
		"device_id":  func(r *authinfov1.OpenSessionRequest) { r.DeviceId = "KIOSK-0002" },
		"attach":     func(r *authinfov1.OpenSessionRequest) { r.Attach = "{}" },
	} {
		before := len(w.a.Seen())
		w.mustOpen(with(request("other-"+name), other))
		w.mustOpen(with(request("again-"+name), other))
		if asked := len(w.a.Seen()) - before; asked != 1 {
			t.Errorf("another %s: WeChat was asked %d times for two sessions, want 1", name, asked)
		}
	}
	w.mustOpen(with(request("r0"), func(r *authinfov1.OpenSessionRequest) { r.Merchant = "bolt" }))
	if asked := len(w.b.Seen()); asked != 1 {
		t.Errorf("another merchant: WeChat was asked %d times, want 1", asked)
	}
}

func TestFiftyCallersAtOnceMakeOneCall(t *testing.T) {
	w := newWorld(t)
	w.start()
	together(50, func(i int) {
		reply, err := w.open(request("r" + strconv.Itoa(i)))
		if err != nil || reply.GetAuthinfo() != facestub.Authinfo(1) {
			t.Errorf("caller %d got %s, %v", i, reply.GetAuthinfo(), err)
		}
	})
	if n := len(w.a.Seen()); n != 1 {
		t.Errorf("WeChat was asked %d times, want 1", n)
	}
}

func TestARestartKeepsTheCredentialWhichTheFileDoesNotShow(t *testing.T) {
	w := newWorld(t)
	stop := w.start()
	w.mustOpen(request("r1"))
	stop()
	w.start()
	if got := w.mustOpen(request("r2")).GetAuthinfo(); got != facestub.Authinfo(1) || len(w.a.Seen()) != 1 {
		t.Errorf("after the restart: %s, asked %d times", got, len(w.a.Seen()))
	}
	files, err := filepath.Glob(w.path + "*")
	must(t, err)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		must(t, err)
		for _, secret := range []string{facestub.Authinfo(1), rawdata} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s holds a secret in clear", filepath.Base(file))
			}
		}
	}
}

func TestACredentialIsHandedOutUntilItsMargin(t *testing.T) {
	w := newWorld(t)
	w.a.Set(w.a.GrantFor(3600))
	w.start()
	w.mustOpen(request("r1"))
	w.clock.Advance(3600*time.Second - 300*time.Second - 30*time.Second)
	reply := w.mustOpen(request("r2"))
	if reply.GetAuthinfo() != facestub.Authinfo(1) {
		t.Errorf("with 330 s left: %s, want the one that is kept", reply.GetAuthinfo())
	}
	if left := reply.GetExpiresAt().AsTime().Sub(w.clock.Now()); left > 330*time.Second {
		t.Errorf("the session lasts %v, longer than its credential", left)
	}
	w.clock.Advance(40 * time.Second)
	if got := w.mustOpen(request("r3")).GetAuthinfo(); got != facestub.Authinfo(2) {
		t.Errorf("with 290 s left: %s, want a new one", got)
	}
	again := w.mustOpen(request("r1"))
	if again.GetAuthinfo() != facestub.Authinfo(2) {
		t.Errorf("a repeated request got %s, want the credential that serves now", again.GetAuthinfo())
	}
}

func TestAKeyExchangeKeepsCredentialsAndALostKeyCostsOneCall(t *testing.T) {
	w := newWorld(t)
	stop := w.start()
	w.mustOpen(request("r1"))
	stop()
	w.keys = append(w.keys, "2026-12 "+hex.EncodeToString([]byte("new new new new new new new new!")))
	stop = w.start()
	if got := w.mustOpen(request("r2")).GetAuthinfo(); got != facestub.Authinfo(1) {
		t.Errorf("with a newer key: %s, want the credential that is kept", got)
	}
	stop()
	w.keys = w.keys[1:]
	w.start()
	for _, id := range []string{"r3", "r4"} {
		if got := w.mustOpen(request(id)).GetAuthinfo(); got != facestub.Authinfo(2) {
			t.Errorf("without the old key: %s, want a new credential", got)
		}
	}
}

func TestACredentialTheSDKRefusesIsDroppedOnce(t *testing.T) {
	w := newWorld(t)
	w.start()
	refused := map[string]func(*kioskv1.FaceResult){
		"stale or wrong clock": func(m *kioskv1.FaceResult) { m.ReturnCode, m.ErrCode = "ERROR", 271382020 },
		"license error": func(m *kioskv1.FaceResult) {
			m.ReturnCode, m.ReturnMsg = "PARAM_ERROR", "AuthInfo License Error"
		},
	}
	for name, change := range refused {
		first := w.mustOpen(request("first-" + name[:5]))
		m := faceResult("acme", first.GetOutOrderNo())
		change(m)
		w.publish(m)
		var second *authinfov1.OpenSessionReply
		n := 0
		eventually(t, name+": another credential is handed out", func() bool {
			n++
			second = w.mustOpen(request("second-" + name[:5] + strconv.Itoa(n)))
			return second.GetAuthinfo() != first.GetAuthinfo()
		})
		m.ReturnMsg = "once more" // the same complaint as another fact, about the credential that is gone
		w.publish(m)
		w.settled()
		if got := w.mustOpen(request("third-" + name[:5])).GetAuthinfo(); got != second.GetAuthinfo() {
			t.Errorf("%s: a late complaint about the old credential dropped the new one", name)
		}
	}
}

func TestOneMerchantsHungProviderDoesNotSlowAnother(t *testing.T) {
	w := newWorld(t)
	w.cfg.Requests.PerMerchant, w.cfg.Requests.Workers = 4, 6
	release := make(chan struct{})
	w.a.Set(func(f facestub.Fields, r *http.Request) (facestub.Fields, bool) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
		return nil, false
	})
	w.start()
	opened := w.mustOpen(with(request("before"), func(r *authinfov1.OpenSessionRequest) { r.Merchant = "bolt" })).GetOutOrderNo()
	answers := make(chan error, 4)
	for i := range cap(answers) { // four terminals of acme take all its places
		go func() {
			_, err := w.open(with(request("hung"+strconv.Itoa(i)), func(r *authinfov1.OpenSessionRequest) { r.DeviceId += strconv.Itoa(i) }))
			answers <- err
		}()
	}
	eventually(t, "four calls hang", func() bool { return len(w.a.Seen()) == 4 })
	for i := range 20 { // bolt's terminals get theirs, each with a call of its own
		w.mustOpen(with(request("r"+strconv.Itoa(i)), func(r *authinfov1.OpenSessionRequest) { r.Merchant, r.DeviceId = "bolt", r.DeviceId+strconv.Itoa(i) }))
	}
	w.publish(faceResult("bolt", opened))
	w.settled() // events too
	if n := len(answers); n != 0 || len(w.a.Seen()) != cap(answers) {
		t.Errorf("%d of acme's requests were answered: nothing hung, and nothing is proved", n)
	}
	if _, err := w.open(request("r1")); fault.CodeOf(err) != "busy" {
		t.Errorf("acme's fifth request got %v, want busy at once", err)
	}
	close(release)
	for range cap(answers) {
		if err := <-answers; fault.CodeOf(err) != "wechat_unavailable" || !fault.Is(err, fault.Retry) {
			t.Errorf("a hung request ended with %v", err)
		}
	}
}

func TestWhatWeChatRefusesHasAClassACodeAndABoundedNumberOfCalls(t *testing.T) {
	w := newWorld(t)
	w.start()
	for name, c := range map[string]struct {
		answer      facestub.Answer
		class       fault.Class
		code, field string
		calls       int
		alarm       bool
	}{
		"spoiled rawdata":     {facestub.Refuse("SYSTEMERROR", "生成authinfo失败", true), fault.Terminal, "rawdata_rejected", "rawdata", 1, false},
		"device model":        {facestub.Refuse("ERROR", "该设备型号未登记，请联系微信支付官方", true), fault.Terminal, "terminal_not_registered", "device_id", 1, false},
		"configuration":       {facestub.Refuse("PARAM_ERROR", "签名错误", false), fault.Terminal, "wechat_configuration", "", 1, true},
		"undocumented":        {facestub.Refuse("NEW_ERROR", "?", false), fault.Terminal, "wechat_undocumented", "", 1, true},
		"no answer":           {func(facestub.Fields, *http.Request) (facestub.Fields, bool) { return nil, false }, fault.Retry, "wechat_unavailable", "", 2, false},
		"unsigned success":    {facestub.Refuse("SUCCESS", "", false), fault.Retry, "wechat_unverified", "", 2, true},
		"no authinfo in it":   {facestub.Refuse("SUCCESS", "", true), fault.Retry, "wechat_unverified", "", 2, true},
		"expires at once":     {w.a.GrantFor(0), fault.Retry, "wechat_unverified", "", 2, true},
		"expires in the past": {w.a.GrantFor(-1), fault.Retry, "wechat_unverified", "", 2, true},
	} {
		w.a.Set(c.answer)
		before, logged := len(w.a.Seen()), len(w.logs.String())
		_, err := w.open(with(request("bad"), func(r *authinfov1.OpenSessionRequest) { r.OutOrderNo = "OWN1" }))
		got, _ := err.(*fault.Error)
		if got == nil || got.Class != c.class || got.Code != c.code || got.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
		if calls := len(w.a.Seen()) - before; calls != c.calls {
			t.Errorf("%s: %d calls, want %d", name, calls, c.calls)
		}
		if alarm := bytes.Contains([]byte(w.logs.String()[logged:]), []byte(`"level":"ERROR"`)); alarm != c.alarm {
			t.Errorf("%s: alarm is %v", name, alarm)
		}
	}
	if n := len(events[*authinfov1.SessionOpened](w, "OWN1")); n != 0 {
		t.Errorf("%d sessions were opened without a credential", n)
	}
	w.a.Set(w.a.Grant) // nothing was saved: the same request_id succeeds with a fresh rawdata
	w.mustOpen(with(request("bad"), func(r *authinfov1.OpenSessionRequest) { r.OutOrderNo, r.Rawdata = "OWN1", "fresh+rawdata=" }))
}

func TestAWrongAPIv2KeyIsAConfigurationError(t *testing.T) {
	w := newWorld(t)
	w.book = writeBook(t, w.b.URL, w.a.URL, w.api) // each account talks to the other's server
	w.start()
	_, err := w.open(request("r1"))
	if fault.CodeOf(err) != "wechat_configuration" {
		t.Errorf("got %v", err)
	}
}
