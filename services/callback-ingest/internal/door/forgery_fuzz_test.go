package door_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/door"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/route"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

const testdata = "../../testdata/"

// golden is the moment of the golden delivery (wechat-protocol.md §11.6); time stands still there.
type golden struct{ clock.Clock }

func (golden) Now() time.Time { return time.Unix(1700000104, 0).UTC() }

// entrance is a door with the real keys of the golden account and a store that only counts.
func entrance(t testing.TB, stored *int) http.Handler {
	t.Helper()
	book, err := merchant.Load(testdata + "merchants.yaml")
	must(t, err)
	configured, _ := book.Account("wx-main")
	account, err := wechatpay.LoadAccount(*configured, wechatpay.ToReceive)
	must(t, err)
	now := golden{clock.Real()}
	ring, err := wechatpay.NewKeyRing(account, wechatpay.Options{HTTP: http.DefaultClient, Clock: now, Nonce: rand.Text})
	must(t, err)
	counts, err := tally.New(metricnoop.NewMeterProvider(), now)
	must(t, err)
	return door.New(door.Deps{
		Accounts: map[string]door.Keys{"wx-main": {Ring: ring, APIv3: account.APIv3()}}, Router: route.New(book),
		Store:    func(context.Context, *journal.Notice) error { *stored++; return nil },
		Accepted: func(*journal.Notice, route.Routed) {}, Repeated: func(string) {}, Tally: counts, Clock: now,
		Tracer: tracenoop.NewTracerProvider().Tracer(""), Log: slog.New(slog.DiscardHandler),
	}, 64<<20)
}

// FuzzNothingForgedIsAccepted changes headers and body of a genuine delivery: whatever is not, byte by byte, what WeChat
// signed is refused, and nothing of it is stored.
func FuzzNothingForgedIsAccepted(f *testing.F) {
	stored := 0
	handler := entrance(f, &stored)
	body, err := os.ReadFile(testdata + "golden_body.json")
	must(f, err)
	text, err := os.ReadFile(testdata + "golden_headers.json")
	must(f, err)
	var headers map[string]string
	must(f, json.Unmarshal(text, &headers))
	timestamp, nonce := headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"]
	serial, signature := headers["Wechatpay-Serial"], headers["Wechatpay-Signature"]

	f.Add(timestamp, nonce, serial, signature, body)
	f.Add(timestamp, nonce, serial, "WECHATPAY/SIGNTEST/"+signature, body)
	f.Add(timestamp, nonce, "PUB_KEY_ID_0119000001092023111500000000000002", signature, body)
	f.Add("+"+timestamp, nonce, serial, signature, body)
	f.Add(timestamp+"\n"+nonce, "", serial, signature, body)
	f.Add(timestamp, nonce+"\n"+string(body[:10]), serial, signature, body[10:]) // the same bytes, cut elsewhere
	f.Add(timestamp, nonce, serial, signature, append(bytes.Clone(body), '\n'))
	f.Add("", "", "", "", []byte{})
	f.Fuzz(func(t *testing.T, ts, n, ser, sig string, forged []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/notify/wechat/wx-main", bytes.NewReader(forged))
		r.Header = http.Header{"Wechatpay-Timestamp": {ts}, "Wechatpay-Nonce": {n}, "Wechatpay-Serial": {ser}, "Wechatpay-Signature": {sig}}
		answer, before := httptest.NewRecorder(), stored
		handler.ServeHTTP(answer, r)
		// Base64 has spare bits in the last letter of a signature, which say nothing; all else is signed.
		genuine := ts == timestamp && n == nonce && ser == serial && bytes.Equal(forged, body)
		switch {
		case answer.Code == http.StatusOK && !genuine:
			t.Fatal("a forgery was accepted")
		case stored != before && !genuine:
			t.Fatal("a forgery was stored")
		case answer.Code != http.StatusOK && genuine && sig == signature:
			t.Fatalf("the genuine delivery was answered %d", answer.Code)
		case answer.Code >= http.StatusInternalServerError:
			t.Fatalf("answered %d", answer.Code)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
