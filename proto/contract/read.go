package contract

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

// read collects the options of every message in files. A message named here is linked in, so it is in the registry.
func read(files []protoreflect.FileDescriptor) (events []Event, endpoints []Endpoint) {
	for _, file := range files {
		for i := range file.Messages().Len() {
			m := file.Messages().Get(i)
			if c := extension[*eventv1.Contract](m, eventv1.E_Contract); c != nil {
				events = append(events, Event{
					Name: m.FullName(), Owner: c.GetOwner(), Subject: c.GetSubject(), Key: c.GetKey(), Scope: c.GetScope(),
					Sent: c.GetSent(), Listeners: c.GetListeners(), Type: typeOf(m),
				})
			}
			if e := extension[*eventv1.Endpoint](m, eventv1.E_Endpoint); e != nil {
				endpoints = append(endpoints, Endpoint{
					Name: m.FullName(), Services: e.GetServices(), Token: e.GetName(), Reply: protoreflect.FullName(e.GetReply()),
				})
			}
		}
	}
	return events, endpoints
}

func extension[T proto.Message](m protoreflect.MessageDescriptor, x protoreflect.ExtensionType) T {
	var none T
	if options := m.Options(); proto.HasExtension(options, x) {
		return proto.GetExtension(options, x).(T)
	}
	return none
}

func typeOf(m protoreflect.MessageDescriptor) protoreflect.MessageType {
	t, err := protoregistry.GlobalTypes.FindMessageByName(m.FullName())
	if err != nil { // cannot be: m came out of generated code that registers its types
		panic(err)
	}
	return t
}
