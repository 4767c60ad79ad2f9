package service

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

func TestARequestInJSONIsAnsweredInJSON(t *testing.T) {
	s := serve(t, RequestsConfig{}, told)
	tests := map[string]nats.Header{
		"no header":      nil,
		"lower case":     {"content-type": {"application/json"}},
		"canonical case": {"Content-Type": {"application/json; charset=utf-8"}},
	}
	for name, header := range tests {
		for _, body := range []string{`{"merchant":"powerbank","out_order_no":"PS1"}`, `{"merchant":"powerbank","outOrderNo":"PS1"}`} {
			answer, err := s.client.RequestMsg(&nats.Msg{Subject: RequestSubject("authinfo", "story"), Header: header, Data: []byte(body)}, 10*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Summary []struct{ Label, Value string }
			}
			if err := json.Unmarshal(answer.Data, &got); err != nil || len(got.Summary) != 1 || got.Summary[0].Value != "PS1" {
				t.Errorf("%s, %s: answered %s", name, body, answer.Data)
			}
			if kind := answer.Header["content-type"]; len(kind) != 1 || kind[0] != "application/json" {
				t.Errorf("%s: content-type %v", name, answer.Header)
			}
		}
	}
}

func TestABadRequestNamesItsFieldAndNeverItsValue(t *testing.T) {
	const private = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	tests := map[string]struct{ body, code, field string }{
		"unknown field":         {`{"merchant":"a","openid":"` + private + `"}`, "json_unknown_field", "openid"},
		"unknown field, nested": {`{"entries":[{"title":"x"},{"details":[{"label":"a","worth":"` + private + `"}]}]}`, "json_unknown_field", "entries[1].details[0].worth"},
		"a number for a text":   {`{"entries":[{"title":12345}]}`, "json_value", "entries[0].title"},
		"a bad time":            {`{"entries":[{"at":"` + private + `"}]}`, "json_value", "entries[0].at"},
		"a text for a list":     {`{"summary":"` + private + `"}`, "json_value", "summary"},
		"a text for a message":  {`{"summary":["` + private + `"]}`, "json_value", "summary"},
		"a list":                {`["` + private + `"]`, "json_malformed", ""},
		"not JSON":              {`{"merchant":` + private, "json_malformed", ""},
		"one field twice":       {`{"entries":[{"title":"` + private + `","title":"x"}]}`, "json_value", "entries"},
	}
	for name, tt := range tests {
		var m proto.Message = &eventv1.StoryReply{}
		if strings.Contains(tt.body, "merchant") {
			m = &eventv1.StoryRequest{}
		}
		err := jsonFormat.decode([]byte(tt.body), m)
		e, ok := err.(*fault.Error)
		if !ok || e.Class != fault.Terminal || e.Code != tt.code || e.Field != tt.field {
			t.Errorf("%s: %v, want %s [%s]", name, err, tt.code, tt.field)
		} else if strings.Contains(e.Error(), private) {
			t.Errorf("%s shows the value: %v", name, e)
		}
	}
}

func TestABadRequestIsAnsweredWithStatus400(t *testing.T) {
	s := serve(t, RequestsConfig{}, told)
	for _, body := range []string{`{"mercant":"a"}`, "\xff\xff\xff"} {
		answer, err := s.client.Request(RequestSubject("authinfo", "story"), []byte(body), 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if got := answer.Header.Get(micro.ErrorCodeHeader); got != "400" || answer.Header.Get(micro.ErrorHeader) == "" {
			t.Errorf("%q answers %v", body, answer.Header)
		}
	}
}

func TestAnAnswerThatDoesNotEncodeIsAnErrorAndNotAnEmptyAnswer(t *testing.T) {
	s := serve(t, RequestsConfig{}, func(context.Context, *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
		return &eventv1.StoryReply{Entries: []*eventv1.StoryEntry{{Title: "\xff"}}}, nil
	})
	if _, err := s.ask(t.Context(), "a", "PS1"); fault.CodeOf(err) != "internal" {
		t.Errorf("not UTF-8: %v", err)
	}
}

func TestAnAnswerTooLargeForTheBrokerIsToldToTheCaller(t *testing.T) {
	s := serve(t, RequestsConfig{}, func(context.Context, *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
		return &eventv1.StoryReply{Entries: []*eventv1.StoryEntry{{Title: strings.Repeat("x", 1<<20)}}}, nil
	})
	if _, err := s.ask(t.Context(), "a", "PS1"); fault.CodeOf(err) != "answer_too_large" || !fault.Is(err, fault.Terminal) {
		t.Errorf("got %v", err)
	}
}

func FuzzDecodeJSONNeverPanicsAndRefusalsAreTerminal(f *testing.F) {
	f.Add([]byte(`{"entries":[{"title":"x","at":"2026-01-01T00:00:00Z"},{"details":[{"label":"a"}]}]}`))
	f.Add([]byte(`{"summary":[null, {}],"entries":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := jsonFormat.decode(body, &eventv1.StoryReply{}); err != nil && !fault.Is(err, fault.Terminal) {
			t.Errorf("%q: %v", body, err)
		}
	})
}
