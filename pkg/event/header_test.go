package event_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

var when = time.Date(2026, 1, 1, 8, 30, 0, 123e6, time.UTC)

func TestWhatWasSentIsWhatIsRead(t *testing.T) {
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
	ctx := trace.ContextWithSpanContext(context.Background(), span)
	m := opened()
	sent, err := event.New(ctx, event.OutboxID("order", "orders", "cabinet-1", "doc", 1), when, m)
	if err != nil {
		t.Fatal(err)
	}
	got, body, err := event.Read(sent.Subject, sent.Header(), sent.Body, when.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sent, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(m, body, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	stored, err := sent.Message()
	if diff := cmp.Diff(m, stored, protocmp.Transform()); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if id := trace.SpanContextFromContext(got.Context(context.Background())).TraceID(); id != span.TraceID() {
		t.Errorf("trace %s became %s", span.TraceID(), id)
	}
}

func TestAKioskFactNeedsNoHeaderAtAll(t *testing.T) {
	m := faceResult()
	body, err := protojson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	e, got, err := event.Read(subjectOf(t, m), nil, body, when)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if !e.Time.Equal(when) || e.Merchant != m.Merchant || e.Key != m.OutOrderNo || e.Owner != "kiosk" {
		t.Errorf("read %v %s %s %s", e.Time, e.Merchant, e.Key, e.Owner)
	}
	// The event is whole whatever it came as: it can be stored and published again.
	if again, err := e.Message(); err != nil || !proto.Equal(again, m) {
		t.Errorf("the event's body does not decode: %v", err)
	}
}

func TestKeysThatAClientCanonicalisedAreUnderstood(t *testing.T) {
	e, err := event.New(context.Background(), "id-1", when, opened())
	if err != nil {
		t.Fatal(err)
	}
	canonical := map[string][]string{}
	for k, v := range e.Header() {
		canonical[strings.ToUpper(k[:1])+k[1:]] = v
	}
	got, _, err := event.Read(e.Subject, canonical, e.Body, when)
	if err != nil || got.ID != "id-1" || !got.Time.Equal(when) {
		t.Errorf("got %q at %v: %v", got.ID, got.Time, err)
	}
}

func TestAnInternalEventWithoutAnIDIsRefused(t *testing.T) {
	e, err := event.New(context.Background(), "", when, opened())
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = event.Read(e.Subject, nil, e.Body, when)
	if fault.CodeOf(err) != "event_without_id" || !fault.Is(err, fault.Terminal) {
		t.Errorf("got %v", err)
	}
}

func TestABodyThatBelongsToAnotherSubjectIsRefused(t *testing.T) {
	m := faceResult()
	right := subjectOf(t, m)
	body, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	for subject, code := range map[string]string{
		strings.Replace(right, "cabinet-1", "cabinet-2", 1): "subject_mismatch",
		right + "x":                              "subject_mismatch",
		right + ".scope":                         "subject_mismatch",
		strings.TrimSuffix(right, ".N20260101A"): "subject_mismatch",
		strings.Replace(right, "face_result", "no_such_event", 1): "unknown_event",
		"facepay.kiosk.face_result":                               "unknown_event",
		"other" + strings.TrimPrefix(right, "facepay"):            "unknown_event",
		"": "unknown_event",
	} {
		_, _, err := event.Read(subject, nil, body, when)
		if fault.CodeOf(err) != code || !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: got %v, want %s", subject, err, code)
		}
	}
}

func TestAnUnknownJSONFieldIsNamed(t *testing.T) {
	for _, field := range []string{"return_coed", "returnCoed", "amount_fen2"} {
		_, _, err := event.Read("facepay.kiosk.face_result.m.n", nil, []byte(`{"merchant":"m","`+field+`":"x"}`), when)
		if err == nil || !strings.HasSuffix(err.Error(), "unknown field "+field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestNoErrorQuotesContent(t *testing.T) {
	const secret = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	wire, err := proto.Marshal(faceResult())
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{
		"cut json":             `{"merchant":"m","openid":"` + secret,
		"secret as a number":   `{"merchant":"m","err_code":"` + secret + `"}`,
		"bare secret":          `{"merchant":"m","openid":` + secret + `}`,
		"secret as a field":    `{"` + secret + `":1}`,
		"nested field":         `{"device":{"` + secret + `":1}}`,
		"text of an error":     `{"merchant":"m","err_code":"): unknown field \"` + secret + `\""}`,
		"field like an error":  `{"x): unknown field \"` + secret + `":1}`,
		"duplicate":            `{"openid":"` + secret + `","openid":"` + secret + `"}`,
		"bad time":             `{"occurred_at":"` + secret + `"}`,
		"other subject":        `{"merchant":"` + secret + `","out_order_no":"` + secret + `"}`,
		"no merchant":          `{"openid":"` + secret + `","out_order_no":"n"}`,
		"no key":               `{"openid":"` + secret + `","merchant":"m"}`,
		"cut protobuf":         string(wire[:len(wire)-3]),
		"protobuf, other text": "\x0a\xff" + secret,
	}
	for name, body := range bodies {
		for _, subject := range []string{"facepay.kiosk.face_result.m.n", "facepay.kiosk.face_result.m." + secret, "facepay." + secret + ".x.y.z"} {
			_, _, err := event.Read(subject, nil, []byte(body), when)
			if !fault.Is(err, fault.Terminal) {
				t.Errorf("%s on %s: got %v, want a Terminal error", name, subject, err)
				continue
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), secret) {
					t.Errorf("%s: the error quotes content: %v", name, e)
				}
			}
		}
	}
	_, err = event.Event{Subject: "facepay.kiosk.face_result.m.n", Type: "facepay.kiosk.v1.FaceResult", Body: []byte("\x0a\xff" + secret)}.Message()
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("got %v", err)
	}
}

func TestHeaderKeysAreLowerCaseAndNatsDedupesByTheEventID(t *testing.T) {
	e, err := event.New(context.Background(), "id", when, opened())
	if err != nil {
		t.Fatal(err)
	}
	header := e.Header()
	for _, key := range []string{"ce-specversion", "ce-id", "ce-type", "ce-source", "ce-subject", "ce-time", "content-type"} {
		if len(header[key]) != 1 {
			t.Errorf("%s is missing: %v", key, header)
		}
	}
	if header["Nats-Msg-Id"][0] != e.ID {
		t.Errorf("JetStream dedupes by %v", header["Nats-Msg-Id"])
	}
}
