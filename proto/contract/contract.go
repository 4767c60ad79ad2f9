// Package contract reads the contract off the messages: every event and request of facepay, by type and by subject.
// It needs the protobuf runtime only.
package contract

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// Event is the contract of one event message.
type Event struct {
	// Name is the full name of the message, the ce-type.
	Name protoreflect.FullName
	// Owner, Subject: facepay.<Owner>.<Subject>.<merchant>.<key>[.<scope>].
	Owner, Subject string
	// Key and Scope name fields of the message; Scope may be empty.
	Key, Scope string
	// Sent names the field of a fact from outside that only says when it was sent; it may be empty.
	Sent string
	// Listeners are the services with a durable consumer.
	Listeners []string
	// Type makes messages.
	Type protoreflect.MessageType
}

// Endpoint is the contract of one request message.
type Endpoint struct {
	Name     protoreflect.FullName
	Services []string
	// Token is the last token of facepay-rpc.<service>.<token>.
	Token string
	Reply protoreflect.FullName
}

// files are all files with events or requests.
var files = []protoreflect.FileDescriptor{
	kioskv1.File_facepay_kiosk_v1_kiosk_proto,
	deskv1.File_facepay_desk_v1_desk_proto,
	authinfov1.File_facepay_authinfo_v1_authinfo_proto,
	authinfov1.File_facepay_authinfo_v1_requests_proto,
	orderv1.File_facepay_order_v1_order_proto,
	orderv1.File_facepay_order_v1_requests_proto,
	notifyv1.File_facepay_notify_v1_notify_proto,
	eventv1.File_facepay_event_v1_story_proto,
}

var events, endpoints = read(files)

// Events lists every event, in the order of the files. Callers do not change it.
func Events() []Event { return events }

// Endpoints lists every request, in the order of the files. Callers do not change it.
func Endpoints() []Endpoint { return endpoints }

// Owners lists the owners in the order of the files: one stream each.
func Owners() []string {
	var owners []string
	for _, e := range events {
		if !slices.Contains(owners, e.Owner) {
			owners = append(owners, e.Owner)
		}
	}
	return owners
}

// ByName finds an event by the full name of its message.
func ByName(name protoreflect.FullName) (Event, bool) {
	return find(func(e Event) bool { return e.Name == name })
}

// BySubject finds an event by the two tokens of its subject.
func BySubject(owner, subject string) (Event, bool) {
	return find(func(e Event) bool { return e.Owner == owner && e.Subject == subject })
}

// Of finds the contract of a message.
func Of(m proto.Message) (Event, error) {
	name := m.ProtoReflect().Descriptor().FullName()
	if e, ok := ByName(name); ok {
		return e, nil
	}
	return Event{}, fmt.Errorf("%s is not an event", name)
}

// EndpointOf finds the contract of a request message.
func EndpointOf(m proto.Message) (Endpoint, error) {
	name := m.ProtoReflect().Descriptor().FullName()
	for _, e := range endpoints {
		if e.Name == name {
			return e, nil
		}
	}
	return Endpoint{}, fmt.Errorf("%s is not a request", name)
}

// Field reads a string field of a message by name.
func Field(m proto.Message, name string) string {
	r := m.ProtoReflect()
	f := r.Descriptor().Fields().ByName(protoreflect.Name(name))
	if f == nil || f.Kind() != protoreflect.StringKind || f.IsList() {
		return ""
	}
	return r.Get(f).String()
}

func find(match func(Event) bool) (Event, bool) {
	i := slices.IndexFunc(events, match)
	if i < 0 {
		return Event{}, false
	}
	return events[i], true
}
