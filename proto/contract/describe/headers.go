package describe

// The names of the header schemas. What comes from outside needs no header but, for protojson, its content-type.
const (
	eventHeaders = "EventHeaders"
	kioskHeaders = "KioskHeaders"
)

func headersOf(owner string) string {
	if owner == "kiosk" || owner == "desk" {
		return kioskHeaders
	}
	return eventHeaders
}

// cloudEvents are the attributes of CloudEvents 1.0 in binary mode, in lower case as its readers want them.
var cloudEvents = [][2]string{
	{"ce-specversion", "1.0"},
	{"ce-id", "Names the fact: the same fact has the same id, however often it comes."},
	{"ce-type", "The full name of the message."},
	{"ce-source", "The owner."},
	{"ce-subject", "The key."},
	{"ce-time", "RFC 3339."},
	{"content-type", "application/protobuf"},
	{"Nats-Msg-Id", "The ce-id again: JetStream's own deduplication."},
}

func headerSchemas() []node {
	var properties []node
	var required []string
	for _, attribute := range cloudEvents {
		properties = append(properties, branch(attribute[0], text("type", "string"), text("description", attribute[1])))
		required = append(required, attribute[0])
	}
	trace := branch("traceparent", text("type", "string"), text("description", "W3C trace context, when there is one."))
	return []node{
		branch(eventHeaders, text("type", "object"), branch("properties", append(properties, trace)...), texts("required", required...)),
		branch(kioskHeaders, text("type", "object"),
			text("description", "None is needed. A fact is named by its content, whatever id it came with."),
			branch("properties", branch("content-type", text("type", "string"), texts("enum", "application/protobuf", "application/json")), trace)),
	}
}
