package callbackingest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

const failure = `{"code":"FAIL","message":"失败"}`

// refusal is one way to be turned away at the door of wx-main.
type refusal struct {
	name    string
	spoil   func(t *testing.T, now time.Time, h http.Header, body *[]byte)
	status  int
	reason  string
	outcome tally.Outcome
}

func dropHeader(key string) func(*testing.T, time.Time, http.Header, *[]byte) {
	return func(_ *testing.T, _ time.Time, h http.Header, _ *[]byte) { h.Del(key) }
}

// resigned replaces the body by another one that WeChat really signed.
func resigned(make func(t *testing.T, w wechat) []byte) func(*testing.T, time.Time, http.Header, *[]byte) {
	return func(t *testing.T, now time.Time, h http.Header, body *[]byte) {
		w := mainWeChat(t)
		*body = make(t, w)
		for k, v := range w.signed(now, *body) {
			h[k] = v
		}
	}
}

// unsealable is a signed notification whose resource has one field replaced.
func unsealable(field, value string) func(*testing.T, time.Time, http.Header, *[]byte) {
	return resigned(func(t *testing.T, w wechat) []byte {
		var envelope map[string]any
		must(t, json.Unmarshal(w.notification("PAYSCORE.USER_PAID", paid(t, "N1")), &envelope))
		envelope["resource"].(map[string]any)[field] = value
		b, err := json.Marshal(envelope)
		must(t, err)
		return b
	})
}

func refusals() []refusal {
	old := func(by time.Duration) func(*testing.T, time.Time, http.Header, *[]byte) {
		return func(t *testing.T, now time.Time, h http.Header, body *[]byte) {
			for k, v := range mainWeChat(t).signed(now.Add(by), *body) {
				h[k] = v
			}
		}
	}
	return []refusal{
		{"no timestamp", dropHeader("Wechatpay-Timestamp"), 401, "missing_header", tally.Rejected},
		{"no nonce", dropHeader("Wechatpay-Nonce"), 401, "missing_header", tally.Rejected},
		{"no serial", dropHeader("Wechatpay-Serial"), 401, "missing_header", tally.Rejected},
		{"no signature", dropHeader("Wechatpay-Signature"), 401, "missing_header", tally.Rejected},
		{"too old", old(-301 * time.Second), 401, "stale", tally.Rejected},
		{"from the future", old(305 * time.Second), 401, "stale", tally.Rejected},
		{"unknown serial", func(_ *testing.T, _ time.Time, h http.Header, _ *[]byte) {
			h.Set("Wechatpay-Serial", "PUB_KEY_ID_0999")
		}, 401, "unknown_serial", tally.Rejected},
		{"the serial of another key", func(_ *testing.T, _ time.Time, h http.Header, _ *[]byte) {
			h.Set("Wechatpay-Serial", otherSerial)
		}, 401, "bad_signature", tally.Rejected},
		{"one byte of the body changed", func(_ *testing.T, _ time.Time, _ http.Header, b *[]byte) {
			*b = bytes.Replace(*b, []byte(`"id"`), []byte(`"iD"`), 1)
		}, 401, "bad_signature", tally.Rejected},
		{"body parsed and printed again", func(t *testing.T, _ time.Time, _ http.Header, b *[]byte) {
			var pretty bytes.Buffer
			must(t, json.Indent(&pretty, *b, "", " "))
			*b = pretty.Bytes()
		}, 401, "bad_signature", tally.Rejected},
		{"probe that is no base64", func(_ *testing.T, _ time.Time, h http.Header, _ *[]byte) {
			h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/"+h.Get("Wechatpay-Signature"))
		}, 401, "sign_probe", tally.Probe},
		{"probe that is base64", func(t *testing.T, _ time.Time, h http.Header, _ *[]byte) {
			s := "WECHATPAY/SIGNTEST/" + h.Get("Wechatpay-Signature")[19:]
			if _, err := base64.StdEncoding.DecodeString(s); err != nil {
				t.Fatal("this probe has to decode")
			}
			h.Set("Wechatpay-Signature", s)
		}, 401, "sign_probe", tally.Probe},
		{"signed, and not a notification", resigned(func(*testing.T, wechat) []byte { return []byte(`{"hello":1}`) }), 400, "bad_envelope", tally.Rejected},
		{"signed, and not JSON", resigned(func(*testing.T, wechat) []byte { return nil }), 400, "bad_envelope", tally.Rejected},
		{"another algorithm", unsealable("algorithm", "AEAD_SM4_GCM"), 400, "bad_algorithm", tally.Rejected},
		{"a nonce of 11 bytes", unsealable("nonce", "12345678901"), 400, "bad_nonce", tally.Rejected},
		{"a nonce of 13 bytes", unsealable("nonce", "1234567890123"), 400, "bad_nonce", tally.Rejected},
		{"other associated data", unsealable("associated_data", "transaction"), 400, "decrypt_failed", tally.Rejected},
		{"no ciphertext", unsealable("ciphertext", "AAAA"), 400, "decrypt_failed", tally.Rejected},
	}
}

func TestEveryForgeryIsTurnedAwayWithoutAWordAndCountedByItsReason(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	for i, c := range refusals() {
		t.Run(c.name, func(t *testing.T) {
			before := w.svc.Counts()
			body := from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("R%d", i)))
			h := from.signed(w.clock.Now(), body)
			c.spoil(t, w.clock.Now(), h, &body)
			status, answer := deliver(t, w.door("wx-main"), h, body)
			if status != c.status || answer != failure {
				t.Errorf("answered %d %q, want %d and the bare failure", status, answer, c.status)
			}
			after := w.svc.Counts()
			if after.Reasons[c.reason] != before.Reasons[c.reason]+1 || after.Outcomes[c.outcome] != before.Outcomes[c.outcome]+1 {
				t.Errorf("counted %v %v, want one more %s %s", after.Outcomes, after.Reasons, c.outcome, c.reason)
			}
		})
	}
	if n := w.docs.inserts.Load(); n != 0 {
		t.Errorf("%d writes were made for forgeries", n)
	}
}

func TestAProbeIsFollowedByItsGenuineCopy(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	body := from.notification("PAYSCORE.USER_PAID", paid(t, "PROBED"))
	h := from.signed(w.clock.Now(), body)
	genuine := h.Get("Wechatpay-Signature")
	h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/"+genuine)
	if status, _ := deliver(t, w.door("wx-main"), h, body); status != http.StatusUnauthorized {
		t.Errorf("the probe was answered %d", status)
	}
	h.Set("Wechatpay-Signature", genuine)
	if status, _ := deliver(t, w.door("wx-main"), h, body); status != http.StatusOK {
		t.Errorf("the genuine copy was answered %d", status)
	}
}

func TestAPathThatNamesNoAccountIsNotFound(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	if status := w.tell(from, "wx-nobody", from.notification("PAYSCORE.USER_PAID", paid(t, "N1"))); status != http.StatusNotFound {
		t.Errorf("answered %d", status)
	}
	if w.svc.Counts().Reasons["unknown_account"] != 1 {
		t.Errorf("counted %+v", w.svc.Counts())
	}
}

func TestAPathThatIsNotSpelledAsAgreedIsRefusedLikeAnyOtherAndNeverRedirected(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	for target, want := range map[string]struct {
		status          int
		account, reason string
	}{
		"POST /v1/notify/wechat/wx-main/":           {404, "wx-main", "wrong_path"},
		"POST /v1/notify/wechat//wx-main":           {404, "wx-main", "wrong_path"},
		"POST //v1/notify/wechat/wx-main":           {404, "wx-main", "wrong_path"},
		"POST /v1//notify/wechat/wx-main//":         {404, "wx-main", "wrong_path"},
		"POST /v1/notify/wechat/../wechat/wx-main":  {404, "wx-main", "wrong_path"},
		"GET /v1/notify/wechat/wx-main":             {405, "wx-main", "wrong_method"},
		"POST /v1/notify/wechat/":                   {404, "", "unknown_account"},
		"POST /v1/notify/wechat":                    {404, "", "unknown_account"},
		"POST /v1/notify/huifu/wx-main":             {404, "", "unknown_account"},
		"POST /":                                    {404, "", "unknown_account"},
		"GET /v1/notify/wechat/wx-main%2F":          {404, "wx-main", "wrong_path"},
		"POST http://pay.example.com//v1/notify/x/": {404, "", "unknown_account"},
	} {
		t.Run(target, func(t *testing.T) {
			lines := strings.Count(w.logs.String(), `"account":"`+want.account+`"`)
			body := from.notification("PAYSCORE.USER_PAID", paid(t, "SPELLED"))
			conn := w.dial("")
			begin(t, conn, target, from.signed(w.clock.Now(), body), len(body))
			_, err := conn.Write(body)
			must(t, err)
			status, h, answer := answerOn(t, conn)
			if status != want.status || answer != failure || h.Get("Location") != "" {
				t.Errorf("answered %d %q %v, want %d and the bare failure", status, answer, h, want.status)
			}
			eventually(t, func() bool {
				return strings.Count(w.logs.String(), `"account":"`+want.account+`"`) == lines+1
			})
			if !strings.Contains(w.logs.String(), `"reason":"`+want.reason+`"`) {
				t.Errorf("no line says %s", want.reason)
			}
		})
	}
	if n := w.docs.inserts.Load(); n != 0 {
		t.Errorf("%d notices were stored", n)
	}
}

func TestExactlyOneMebibyteIsReadAndNotAByteMore(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	full := bytes.Repeat([]byte("x"), 1<<20)
	if status, _ := deliver(t, w.door("wx-main"), from.signed(w.clock.Now(), full), full); status != http.StatusBadRequest {
		t.Errorf("a signed MiB of nonsense was answered %d, want 400 (read, verified, no envelope)", status)
	}
	more := append(full, 'x')
	for name, body := range map[string]io.Reader{"announced": bytes.NewReader(more), "unannounced": io.MultiReader(bytes.NewReader(more))} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.door("wx-main"), body)
		must(t, err)
		r.Header = from.signed(w.clock.Now(), more)
		resp, err := client.Do(r)
		must(t, err)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: answered %d, want 413", name, resp.StatusCode)
		}
	}
	if n := w.svc.Counts().Reasons["too_large"]; n != 2 {
		t.Errorf("too_large counted %d times", n)
	}
}

func TestABodyThatStallsIsCutOff(t *testing.T) {
	w := newWorld(t)
	w.cfg.ReadWithin = 100 * time.Millisecond
	w.start()
	conn := w.dial("")
	begin(t, conn, "POST /v1/notify/wechat/wx-main", mainWeChat(t).signed(w.clock.Now(), nil), 1000)
	_, err := conn.Write([]byte("{"))
	must(t, err)
	must(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	answer, err := io.ReadAll(conn)
	must(t, err)
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 408 ")) {
		t.Errorf("answered %q", answer)
	}
	if w.svc.Counts().Reasons["slow_body"] != 1 {
		t.Errorf("counted %+v", w.svc.Counts())
	}
}

func TestMoreThanFitsInMemoryIsRefusedAndTheRestStillServed(t *testing.T) {
	w := newWorld(t)
	w.cfg.MaxInFlight, w.cfg.ReadWithin = 2<<20, 20*time.Second
	w.start()
	from := mainWeChat(t)
	var stalled []net.Conn
	for range 3 { // three senders of 700 kB each that do not finish
		conn := w.dial("")
		stalled = append(stalled, conn)
		begin(t, conn, "POST /v1/notify/wechat/wx-main", from.signed(w.clock.Now(), nil), 1_000_000)
		_, err := conn.Write(bytes.Repeat([]byte("x"), 700_000))
		must(t, err)
	}
	eventually(t, func() bool { return w.svc.Counts().Reasons["busy"] > 0 })
	for _, conn := range stalled {
		must(t, conn.Close())
	}
	body := from.notification("PAYSCORE.USER_PAID", paid(t, "AFTER"))
	eventually(t, func() bool { return w.tell(from, "wx-main", body) == http.StatusOK })
}
