package door_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/facepay-go/facepay/services/callback-ingest/internal/door"
)

// spans counts the spans that are started.
type spans struct {
	noop.Tracer
	started atomic.Int64
}

func (s *spans) Start(ctx context.Context, name string, o ...trace.SpanStartOption) (context.Context, trace.Span) {
	s.started.Add(1)
	return s.Tracer.Start(ctx, name, o...)
}

func TestARefusalStartsNoSpan(t *testing.T) {
	stored, tracer := 0, &spans{}
	d := entrance(t, &stored).(*door.Door)
	d.Tracer = tracer
	body, err := os.ReadFile(testdata + "golden_body.json")
	must(t, err)
	text, err := os.ReadFile(testdata + "golden_headers.json")
	must(t, err)
	var signed map[string]string
	must(t, json.Unmarshal(text, &signed))
	deliver := func(target string, without string, body []byte) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, bytes.NewReader(body))
		for name, value := range signed {
			r.Header.Set(name, value)
		}
		r.Header.Del(without)
		answer := httptest.NewRecorder()
		d.ServeHTTP(answer, r)
		return answer.Code
	}
	const target = "/v1/notify/wechat/wx-main"
	for name, status := range map[string]int{
		"no account":    deliver("/v1/notify/wechat/wx-nobody", "", body),
		"wrong path":    deliver(target+"/", "", body),
		"no serial":     deliver(target, "Wechatpay-Serial", body),
		"bad signature": deliver(target, "", body[1:]),
	} {
		if status/100 != 4 || tracer.started.Load() != 0 {
			t.Errorf("%s: answered %d, %d spans", name, status, tracer.started.Load())
		}
	}
	if status := deliver(target, "", body); status != http.StatusOK || tracer.started.Load() != 1 {
		t.Errorf("the genuine one: answered %d, %d spans", status, tracer.started.Load())
	}
}
