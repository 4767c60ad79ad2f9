package service

import (
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
)

// format is how a request is written; its answer is written the same way.
type format string

const (
	protobufFormat format = "application/protobuf"
	jsonFormat     format = "application/json"
)

// formatOf follows the content-type, however its key is spelled. Without one a body that opens a brace is JSON, so that
// `nats request` works as it is: 0x7b would be a group in protobuf, which proto3 does not have.
func formatOf(headers micro.Headers, body []byte) format {
	for key, values := range headers {
		if strings.EqualFold(key, "content-type") && len(values) > 0 {
			if strings.HasPrefix(values[0], string(jsonFormat)) {
				return jsonFormat
			}
			return protobufFormat
		}
	}
	if len(body) > 0 && body[0] == '{' {
		return jsonFormat
	}
	return protobufFormat
}

// headers keeps the key in lower case, as CloudEvents readers want it.
func (f format) headers() micro.Headers { return micro.Headers{"content-type": {string(f)}} }

// decode reads body into m, or is an error of class Terminal: request_malformed, or for JSON the field at fault.
func (f format) decode(body []byte, m proto.Message) error {
	if f == jsonFormat {
		return decodeJSON(body, m)
	}
	if err := proto.Unmarshal(body, m); err != nil {
		return fault.New(fault.Terminal, "request_malformed", "not a protobuf %s", m.ProtoReflect().Descriptor().FullName())
	}
	return nil
}

// encode writes m; it fails when a text in m is not UTF-8.
func (f format) encode(m proto.Message) ([]byte, error) {
	if f == jsonFormat {
		return protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	}
	return proto.Marshal(m)
}

// headerCarrier lets traces travel in NATS headers, keys untouched.
type headerCarrier nats.Header

func (c headerCarrier) Get(key string) string {
	if v := c[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (c headerCarrier) Set(key, value string) { c[key] = []string{value} }

func (c headerCarrier) Keys() []string {
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	return keys
}
