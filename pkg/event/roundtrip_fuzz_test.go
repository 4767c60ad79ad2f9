package event_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

// FuzzWhatIsReadIsSentOnAndReadAgainTheSame reads any message, with headers or without, sends on what it holds, and
// reads that: the same event about the same message, as protobuf and, from outside, as protojson under the same id.
func FuzzWhatIsReadIsSentOnAndReadAgainTheSame(f *testing.F) {
	face, json := faceResult(), protojson.Format(faceResult())
	wire, err := proto.Marshal(face)
	if err != nil {
		f.Fatal(err)
	}
	order, err := proto.Marshal(opened())
	if err != nil {
		f.Fatal(err)
	}
	subjectOf := func(m proto.Message) string {
		s, err := event.SubjectOf(m)
		if err != nil {
			f.Fatal(err)
		}
		return s
	}
	const trace = "00-01000000000000000000000000000000-0200000000000000-01"
	f.Add(subjectOf(face), "", "", "", "", wire)
	f.Add(subjectOf(face), "application/json; charset=utf-8", "given", "2026-01-01T08:30:00.123Z", trace, []byte(json))
	f.Add(subjectOf(face), "", "", "yesterday", "", []byte(json))
	f.Add(subjectOf(opened()), "application/protobuf", "o-1", "2026-01-01T16:30:00+08:00", trace, order)
	f.Add(subjectOf(opened()), "application/protobuf", "", "", "", order)
	f.Add(subjectOf(opened()), "APPLICATION/JSON", "o-1", "", "", []byte("{}"))
	f.Fuzz(func(t *testing.T, subject, contentType, id, at, traceParent string, body []byte) {
		header := map[string][]string{}
		for key, value := range map[string]string{"Content-Type": contentType, "ce-id": id, "ce-time": at, "traceparent": traceParent} {
			if value != "" {
				header[key] = []string{value}
			}
		}
		e, m, err := event.Read(subject, header, body, when)
		if err != nil {
			if !fault.Is(err, fault.Terminal) {
				t.Fatalf("got %v", err)
			}
			return
		}
		if e.ID == "" || e.Time.IsZero() && at == "" || e.Time.Location() != time.UTC {
			t.Fatalf("id %q, time %v", e.ID, e.Time)
		}
		sent, err := event.New(e.Context(context.Background()), e.ID, e.Time, m)
		if err != nil {
			t.Fatal(err)
		}
		again, same, err := event.Read(sent.Subject, sent.Header(), sent.Body, when.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sent, again); diff != "" || again.ID != e.ID || !again.Time.Equal(e.Time) || !proto.Equal(m, same) {
			t.Fatalf("%v\nbecame\n%v\n%s", e, again, diff)
		}
		fromOutside(t, again, same)
	})
}

// fromOutside sends a fact once more as a gateway may: protojson, without headers.
func fromOutside(t *testing.T, e event.Event, m proto.Message) {
	t.Helper()
	if e.Owner != "kiosk" && e.Owner != "desk" || len(m.ProtoReflect().GetUnknown()) > 0 {
		return
	}
	json, err := protojson.Marshal(m)
	if err != nil {
		return // a timestamp out of the range that JSON can tell
	}
	slim, same, err := event.Read(e.Subject, nil, json, when)
	if err != nil {
		t.Fatal(err)
	}
	if hasUnknown := !proto.Equal(m, same); !hasUnknown && slim.ID != e.ID {
		t.Fatalf("protojson of one fact is another fact: %s, %s", slim.ID, e.ID)
	}
}
