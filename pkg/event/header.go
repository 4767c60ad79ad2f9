package event

import (
	"mime"
	"regexp"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/proto/contract"
)

// Header keys as CloudEvents 1.0 spells them for NATS binary mode: lower case. They are set in the map directly, since
// Header.Set of some clients canonicalises keys and CloudEvents readers then do not find them.
const (
	specVersion = "ce-specversion"
	ceID        = "ce-id"
	ceType      = "ce-type"
	ceSource    = "ce-source"
	ceSubject   = "ce-subject"
	ceTime      = "ce-time"
	contentType = "content-type"
	traceParent = "traceparent"
	// msgID is JetStream's own deduplication key.
	msgID = "Nats-Msg-Id"

	protobufType = "application/protobuf"
	jsonType     = "application/json"
)

// Header gives the message headers of an event.
func (e Event) Header() map[string][]string {
	h := map[string][]string{
		specVersion: {"1.0"},
		ceID:        {e.ID},
		ceType:      {e.Type},
		ceSource:    {e.Owner},
		ceSubject:   {e.Key},
		ceTime:      {e.Time.UTC().Format(time.RFC3339Nano)},
		contentType: {protobufType},
		msgID:       {e.ID},
	}
	if e.TraceParent != "" {
		h[traceParent] = []string{e.TraceParent}
	}
	return h
}

// outside are owners that are not services of ours: their facts are named by content here, whatever id they came with,
// and may come as protojson without any header.
func outside(owner string) bool { return owner == "kiosk" || owner == "desk" }

// Read decodes a received message into the event and its body message. received is when the broker stored it, the time
// of a fact that carries none. Errors are Terminal and name what is wrong without quoting content.
func Read(subject string, header map[string][]string, data []byte, received time.Time) (Event, proto.Message, error) {
	owner, name := ownerAndName(subject)
	c, ok := contract.BySubject(owner, name)
	if !ok {
		return Event{}, nil, fault.New(fault.Terminal, "unknown_event", "no event of the contract has this subject")
	}
	m := c.Type.New().Interface()
	if err := decode(m, get(header, contentType), data); err != nil {
		return Event{}, nil, err
	}
	want, err := SubjectOf(m)
	if err != nil {
		return Event{}, nil, err
	}
	if want != subject {
		return Event{}, nil, fault.New(fault.Terminal, "subject_mismatch", "%s: merchant, key or scope of the body differ from those of the subject", c.Name)
	}
	e := Event{
		ID: get(header, ceID), Type: string(c.Name), Owner: owner, Subject: subject,
		Merchant: contract.Field(m, "merchant"), Key: contract.Field(m, c.Key),
		Time: received, TraceParent: get(header, traceParent), Body: data,
	}
	if at, err := time.Parse(time.RFC3339Nano, get(header, ceTime)); err == nil {
		e.Time = at.UTC()
	}
	if outside(owner) {
		if e.ID, e.Body, err = fact(m); err != nil {
			return Event{}, nil, err
		}
	}
	if e.ID == "" {
		return Event{}, nil, fault.New(fault.Terminal, "event_without_id", "%s came without ce-id", c.Name)
	}
	return e, m, nil
}

// decode reads protobuf, or protojson when the content type or the first byte says so (no protobuf message of ours
// starts with '{': it would be field 15 as a group).
func decode(m proto.Message, kind string, data []byte) error {
	name := m.ProtoReflect().Descriptor().FullName()
	if media, _, err := mime.ParseMediaType(kind); err == nil {
		kind = media // without parameters such as charset=utf-8, in lower case
	}
	if kind == jsonType || (kind == "" && len(data) > 0 && data[0] == '{') {
		if err := protojson.Unmarshal(data, m); err != nil {
			return fault.New(fault.Terminal, "event_malformed", "%s is not protojson%s", name, unknownField(err))
		}
		return nil
	}
	if err := proto.Unmarshal(data, m); err != nil {
		return fault.New(fault.Terminal, "event_malformed", "%s is not protobuf", name)
	}
	return nil
}

// unknownFieldText is how protojson speaks of a field it does not know. A name that could be no field of ours (an
// openid used as a JSON key) is content.
var unknownFieldText = regexp.MustCompile(`\): unknown field "([a-z][a-z0-9_]{0,39}|[a-z][a-zA-Z]{0,23})"$`)

// unknownField keeps of the decoder's text only the name of an unknown field: the rest may quote content.
func unknownField(err error) string {
	if found := unknownFieldText.FindStringSubmatch(err.Error()); found != nil {
		return ": unknown field " + found[1]
	}
	return ""
}

func get(header map[string][]string, key string) string {
	if v := header[key]; len(v) > 0 {
		return v[0]
	}
	// A client that canonicalises its keys is understood all the same.
	for k, v := range header {
		if len(v) > 0 && strings.EqualFold(k, key) {
			return v[0]
		}
	}
	return ""
}
