package docstore

import (
	"bytes"
	"reflect"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/facepay-go/facepay/pkg/fault"
)

// maxBody leaves MongoDB's 16 MiB document limit room for id, version and extracted fields.
const maxBody = 15 << 20

// codec is the one encoding of documents: BSON, empty fields left out at every depth. (The driver's own OmitEmpty
// reaches the top level only and drops pointers to a zero time.)
type codec struct {
	registry *bson.Registry
}

// newCodec refuses, with a Terminal error, a type that would not come back as it went in.
func newCodec(collection string, t reflect.Type) (codec, error) {
	shapes, err := shapesOf(t)
	if err != nil {
		return codec{}, fault.Invalid(collection, "spec_invalid", "%v", err)
	}
	registry := bson.NewRegistry()
	registry.RegisterKindEncoder(reflect.Struct, structEncoder{shapes})
	return codec{registry}, nil
}

// encode takes a pointer to a document. Errors are Terminal.
func (c codec) encode(collection string, doc any) ([]byte, error) {
	var body bytes.Buffer
	enc := bson.NewEncoder(bson.NewDocumentWriter(&body))
	enc.SetRegistry(c.registry)
	// A pointer to a nil slice or map must not come back as a nil pointer.
	enc.NilSliceAsEmpty()
	enc.NilByteSliceAsEmpty()
	enc.NilMapAsEmpty()
	if err := enc.Encode(doc); err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "document_invalid", "encode a document of "+collection)
	}
	if body.Len() > maxBody {
		return nil, fault.Invalid(collection, "document_too_large", "%d bytes encoded, at most %d are kept", body.Len(), maxBody)
	}
	return body.Bytes(), nil
}

// decode fills the document that into points to, which may share memory with body then; fields it does not know are
// ignored.
func (c codec) decode(collection string, body []byte, into any) error {
	// Only encoders are ours. Unmarshal reads from body itself, where a Decoder would copy it through a buffer of 4 KiB.
	if err := bson.Unmarshal(body, into); err != nil {
		return fault.Wrap(err, fault.Terminal, "document_unreadable", "decode a stored document of "+collection)
	}
	return nil
}
