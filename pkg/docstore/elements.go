package docstore

import (
	"bytes"
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// elements gives each element of a BSON document or array to take, as long as that wants more. It is false when the
// bytes are not what they say, or of a type that plain does not read.
func elements(document []byte, take func(typ bson.Type, name, value []byte) bool) bool {
	n, ok := length(document, 0)
	if !ok || n != len(document) || n < 5 || document[n-1] != 0 {
		return false
	}
	rest := document[4 : n-1]
	for len(rest) > 0 {
		typ := bson.Type(rest[0])
		name, behind, found := bytes.Cut(rest[1:], []byte{0})
		if !found {
			return false
		}
		n, ok := valueLength(typ, behind)
		if !ok || n > len(behind) || !take(typ, name, behind[:n]) {
			return false
		}
		rest = behind[n:]
	}
	return true
}

// valueLength is how many bytes a value takes.
func valueLength(typ bson.Type, value []byte) (int, bool) {
	switch typ {
	case bson.TypeBoolean:
		return 1, true
	case bson.TypeInt32:
		return 4, true
	case bson.TypeInt64, bson.TypeDateTime:
		return 8, true
	case bson.TypeString:
		n, ok := length(value, 4)
		return n, ok && n >= 5 && n <= len(value) && value[n-1] == 0
	case bson.TypeBinary:
		n, ok := length(value, 5)
		return n, ok && n >= 5
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		n, ok := length(value, 0)
		return n, ok && n >= 5
	}
	return 0, false
}

// length is the length that stands at the beginning of a value, and what does not count in it.
func length(value []byte, beside int) (int, bool) {
	if len(value) < 4 {
		return 0, false
	}
	n := int(int32(binary.LittleEndian.Uint32(value)))
	return n + beside, n >= 0
}
