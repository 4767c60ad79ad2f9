package event_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/proto/contract"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
)

func readID(t *testing.T, header map[string][]string, subject string, body []byte) string {
	t.Helper()
	e, _, err := event.Read(subject, header, body, when)
	if err != nil {
		t.Fatal(err)
	}
	return e.ID
}

func TestAKioskFactHasOneIDInEveryEncodingAndWhateverIDItCameWith(t *testing.T) {
	m := faceResult()
	subject := subjectOf(t, m)
	want, err := event.FactID(m)
	if err != nil {
		t.Fatal(err)
	}
	wire, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	names, err := protojson.MarshalOptions{UseProtoNames: true, Multiline: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	camel, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	own := map[string][]string{"ce-id": {"gateway-7"}, "Nats-Msg-Id": {"gateway-8"}}
	for name, got := range map[string]string{
		"protobuf":                          readID(t, nil, subject, wire),
		"protobuf, fields in another order": readID(t, nil, subject, reversed(t, m)),
		"protojson":                         readID(t, nil, subject, names),
		"protojson, all":                    readID(t, map[string][]string{"content-type": {"application/json"}}, subject, camel),
		"protojson with a charset":          readID(t, map[string][]string{"content-type": {"Application/JSON; charset=utf-8"}}, subject, camel),
		"the gateway's own":                 readID(t, own, subject, wire),
	} {
		if got != want {
			t.Errorf("%s: id %s, want %s", name, got, want)
		}
	}
}

// reversed encodes the fields of m from the last to the first, which protobuf allows.
func reversed(t *testing.T, m proto.Message) []byte {
	t.Helper()
	var wire []byte
	m.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		one := m.ProtoReflect().New()
		one.Set(f, v)
		b, err := proto.Marshal(one.Interface())
		if err != nil {
			t.Fatal(err)
		}
		wire = append(b, wire...)
		return true
	})
	return wire
}

// TestAFactFromOutsideStampedAnewIsTheSameFact of every fact that a kiosk or a back office can send.
func TestAFactFromOutsideStampedAnewIsTheSameFact(t *testing.T) {
	n := 0
	for _, c := range contract.Events() {
		if c.Owner != "kiosk" && c.Owner != "desk" {
			continue
		}
		n++
		id := func(sent time.Time) string {
			m := c.Type.New()
			m.Set(m.Descriptor().Fields().ByName("merchant"), protoreflect.ValueOfString("cabinet-1"))
			m.Set(m.Descriptor().Fields().ByName(protoreflect.Name(c.Key)), protoreflect.ValueOfString("N1"))
			if !sent.IsZero() {
				m.Set(m.Descriptor().Fields().ByName("occurred_at"), protoreflect.ValueOfMessage(timestamppb.New(sent).ProtoReflect()))
			}
			id, err := event.FactID(m.Interface())
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		if first := id(when); id(when.Add(time.Hour)) != first || id(time.Time{}) != first {
			t.Errorf("%s: another time of sending makes another fact", c.Name)
		}
	}
	if n < 9 {
		t.Errorf("only %d facts come from outside", n)
	}
	// When the money came is no time of sending.
	paid := func(at time.Time) string {
		id, err := event.FactID(&deskv1.PaidElsewhere{Merchant: "m", OutOrderNo: "n", RequestId: "r", PaidAt: timestamppb.New(at)})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	if paid(when) == paid(when.Add(time.Second)) {
		t.Error("paid_at is content")
	}
}

func TestOtherDataUnderTheSameNumberIsAnotherFact(t *testing.T) {
	first, err := event.FactID(faceResult())
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*kioskv1.FaceResult){
		"merchant": func(m *kioskv1.FaceResult) { m.Merchant = "cabinet-2" },
		"key":      func(m *kioskv1.FaceResult) { m.OutOrderNo = "N20260101B" },
		"code":     func(m *kioskv1.FaceResult) { m.ReturnCode = "USER_CANCEL" },
		"amount":   func(m *kioskv1.FaceResult) { m.RiskFund.AmountFen++ },
		"a field of a newer gateway": func(m *kioskv1.FaceResult) {
			m.ProtoReflect().SetUnknown(protoreflect.RawFields("\xfa\x3f\x01x"))
		},
	} {
		m := faceResult()
		change(m)
		if other, err := event.FactID(m); err != nil || other == first {
			t.Errorf("another %s has the same id (%v)", name, err)
		}
	}
}

func TestIDsDifferByKind(t *testing.T) {
	ended, err := event.FactID(&kioskv1.ServiceEnded{Merchant: "m", OutOrderNo: "n"})
	if err != nil {
		t.Fatal(err)
	}
	aborted, err := event.FactID(&kioskv1.ServiceAborted{Merchant: "m", OutOrderNo: "n"})
	if err != nil {
		t.Fatal(err)
	}
	if ended == aborted {
		t.Error("two kinds of fact with equal bodies share an id")
	}
}

func TestNoTwoListsOfPartsShareAnID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringOfN(rapid.SampledFrom([]rune("ab|")), 0, 3, -1)
		a := rapid.SliceOfN(part, 4, 4).Draw(t, "a")
		b := rapid.SliceOfN(part, 4, 4).Draw(t, "b")
		seq := rapid.Int64Range(1, 3)
		m, n := seq.Draw(t, "m"), seq.Draw(t, "n")
		same := a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3]
		if (event.NoticeID(a...) == event.NoticeID(b...)) != same {
			t.Errorf("notices %q and %q", a, b)
		}
		if (event.OutboxID(a[0], a[1], a[2], a[3], m) == event.OutboxID(b[0], b[1], b[2], b[3], n)) != (same && m == n) {
			t.Errorf("outbox %q %d and %q %d", a, m, b, n)
		}
	})
}
