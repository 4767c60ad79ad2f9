package docstore

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// plain decodes what encode writes, straight from the bytes: a document is read at every turn, and the driver's decoder,
// which can do much more, takes twice as long. Whatever plain does not expect — another BSON type, an unknown name or one
// that comes twice, a type with a form of its own — it leaves to the driver, which then decides about the whole document and has the error.
type plain struct {
	decoders map[reflect.Type]*valueDecoder
}

// valueDecoder decodes one BSON value into v, which is zero. false leaves it to the driver.
type valueDecoder struct {
	decode func(typ bson.Type, value []byte, v reflect.Value) bool
}

// decode reports whether it filled the document that into points to.
func (p plain) decode(body []byte, into any) bool {
	v := reflect.ValueOf(into).Elem()
	d, known := p.decoders[v.Type()]
	if known && d.decode(bson.TypeEmbeddedDocument, body, v) {
		return true
	}
	v.SetZero()
	return false
}

// of is the decoder of a type; it is there before those of what the type is made of, since types may contain themselves.
func (p plain) of(t reflect.Type, shapes map[reflect.Type]shape) *valueDecoder {
	if d, known := p.decoders[t]; known {
		return d
	}
	d := &valueDecoder{}
	p.decoders[t] = d
	d.decode = p.make(t, shapes)
	return d
}

func (p plain) make(t reflect.Type, shapes map[reflect.Type]shape) func(bson.Type, []byte, reflect.Value) bool {
	if own, err := encodesItself(t, ""); own || err != nil || strings.HasPrefix(t.PkgPath(), "go.mongodb.org/") {
		return leave
	}
	switch t.Kind() {
	case reflect.Bool:
		return decodeBool
	case reflect.String:
		return decodeString
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return decodeInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return decodeUint
	case reflect.Pointer:
		return decodePointer(t, p.of(t.Elem(), shapes))
	case reflect.Slice:
		if t.Elem() == reflect.TypeFor[byte]() {
			return decodeBytes
		}
		return decodeSlice(t, p.of(t.Elem(), shapes))
	case reflect.Map:
		return decodeMap(t, p.of(t.Elem(), shapes))
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return decodeTime
		}
		return p.decodeStruct(shapes[t], t, shapes)
	}
	return leave
}

func leave(bson.Type, []byte, reflect.Value) bool { return false }

func decodeBool(typ bson.Type, value []byte, v reflect.Value) bool {
	if typ != bson.TypeBoolean || value[0] > 1 {
		return false
	}
	v.SetBool(value[0] == 1)
	return true
}

func decodeString(typ bson.Type, value []byte, v reflect.Value) bool {
	if typ != bson.TypeString {
		return false
	}
	v.SetString(string(value[4 : len(value)-1]))
	return true
}

func decodeInt(typ bson.Type, value []byte, v reflect.Value) bool {
	n, ok := integer(typ, value)
	if !ok || v.OverflowInt(n) {
		return false
	}
	v.SetInt(n)
	return true
}

func decodeUint(typ bson.Type, value []byte, v reflect.Value) bool {
	n, ok := integer(typ, value)
	if !ok || n < 0 || v.OverflowUint(uint64(n)) {
		return false
	}
	v.SetUint(uint64(n))
	return true
}

// integer reads either of BSON's integers: the driver writes the shorter one where it fits and may.
func integer(typ bson.Type, value []byte) (int64, bool) {
	switch typ {
	case bson.TypeInt32:
		return int64(int32(binary.LittleEndian.Uint32(value))), true
	case bson.TypeInt64:
		return int64(binary.LittleEndian.Uint64(value)), true
	}
	return 0, false
}

func decodeTime(typ bson.Type, value []byte, v reflect.Value) bool {
	if typ != bson.TypeDateTime {
		return false
	}
	*v.Addr().Interface().(*time.Time) = time.UnixMilli(int64(binary.LittleEndian.Uint64(value))).UTC()
	return true
}

func decodeBytes(typ bson.Type, value []byte, v reflect.Value) bool {
	if typ != bson.TypeBinary || value[4] != bson.TypeBinaryGeneric {
		return false
	}
	v.SetBytes(bytes.Clone(value[5:]))
	return true
}

func decodePointer(t reflect.Type, elem *valueDecoder) func(bson.Type, []byte, reflect.Value) bool {
	return func(typ bson.Type, value []byte, v reflect.Value) bool {
		to := reflect.New(t.Elem())
		v.Set(to)
		return elem.decode(typ, value, to.Elem())
	}
}

func decodeSlice(t reflect.Type, elem *valueDecoder) func(bson.Type, []byte, reflect.Value) bool {
	return func(typ bson.Type, value []byte, v reflect.Value) bool {
		if typ != bson.TypeArray {
			return false
		}
		v.Set(reflect.MakeSlice(t, 0, 0))
		return elements(value, func(typ bson.Type, _, value []byte) bool {
			n := v.Len()
			v.Grow(1)
			v.SetLen(n + 1)
			return elem.decode(typ, value, v.Index(n))
		})
	}
}

func decodeMap(t reflect.Type, elem *valueDecoder) func(bson.Type, []byte, reflect.Value) bool {
	return func(typ bson.Type, value []byte, v reflect.Value) bool {
		if typ != bson.TypeEmbeddedDocument {
			return false
		}
		v.Set(reflect.MakeMap(t))
		return elements(value, func(typ bson.Type, name, value []byte) bool {
			key, one := reflect.ValueOf(string(name)).Convert(t.Key()), reflect.New(t.Elem()).Elem()
			if v.MapIndex(key).IsValid() || !elem.decode(typ, value, one) {
				return false
			}
			v.SetMapIndex(key, one)
			return true
		})
	}
}

func (p plain) decodeStruct(s shape, t reflect.Type, shapes map[reflect.Type]shape) func(bson.Type, []byte, reflect.Value) bool {
	type place struct {
		index int
		*valueDecoder
	}
	fields := make(map[string]place, len(s))
	for _, f := range s {
		fields[f.name] = place{f.index, p.of(t.Field(f.index).Type, shapes)}
	}
	return func(typ bson.Type, value []byte, v reflect.Value) bool {
		if typ != bson.TypeEmbeddedDocument {
			return false
		}
		return elements(value, func(typ bson.Type, name, value []byte) bool {
			f, known := fields[string(name)]
			return known && v.Field(f.index).IsZero() && f.decode(typ, value, v.Field(f.index))
		})
	}
}
