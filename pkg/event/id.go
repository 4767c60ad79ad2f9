package event

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/proto/contract"
)

// OutboxID names the event that a document of ours caused: the seq-th of that document.
func OutboxID(owner, collection, merchant, document string, seq int64) string {
	return digest("outbox", owner, collection, merchant, document, strconv.FormatInt(seq, 10))
}

// FactID names a fact of an outside publisher (kiosk, desk) by its content: other data under the same number is another
// fact and gets its own answer. When it was sent is no content: stamped anew it is the same fact. Encoding does not matter:
// protojson and protobuf of one message have one id.
func FactID(m proto.Message) (string, error) {
	id, _, err := fact(m)
	return id, err
}

// fact gives the id of a fact and the encoding it is taken from.
func fact(m proto.Message) (id string, body []byte, err error) {
	c, err := contract.Of(m)
	if err != nil {
		return "", nil, fault.Wrap(err, fault.Terminal, "not_an_event", "naming a fact")
	}
	if body, err = encode(m); err != nil {
		return "", nil, fault.Wrap(err, fault.Terminal, "event_encoding", "naming a fact")
	}
	content := body
	if c.Sent != "" {
		if content, err = encode(withoutField(m, c.Sent)); err != nil {
			return "", nil, fault.Wrap(err, fault.Terminal, "event_encoding", "naming a fact")
		}
	}
	sum := sha256.Sum256(content)
	return digest("fact", c.Owner, contract.Field(m, "merchant"), contract.Field(m, c.Key), string(c.Name), string(sum[:])), body, nil
}

// withoutField is a shallow copy of m that lacks one field. It is only read.
func withoutField(m proto.Message, name string) proto.Message {
	from := m.ProtoReflect()
	to := from.New()
	from.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if string(f.Name()) != name {
			to.Set(f, v)
		}
		return true
	})
	to.SetUnknown(from.GetUnknown())
	return to.Interface()
}

// NoticeID names a provider's notice by its dedupe key.
func NoticeID(parts ...string) string { return digest(append([]string{"notice"}, parts...)...) }

// digest hashes length-prefixed parts, so that no two lists of parts collide by concatenation; 128 bits in hex.
func digest(parts ...string) string {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
