package docstore

import (
	"cmp"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// maxText bounds ids and extracted strings in bytes: index keys are not the place for long texts, and every database
// has a limit of its own somewhere above.
const maxText = 1024

func textOK(s string) bool {
	return len(s) <= maxText && utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

// stored turns an extracted value into the form of Row.Fields; ok is false when value is not of the kind, nor
// storable. An absent value is nil and ok.
func (k Kind) stored(value any) (v any, ok bool) {
	switch value := value.(type) {
	case nil:
		return nil, true
	case string:
		return value, k == String && textOK(value)
	case int64:
		return value, k == Int
	case bool:
		return value, k == Bool
	case time.Time:
		if value.IsZero() {
			return nil, k == Time
		}
		return value.UnixMilli(), k == Time && !value.Before(earliest) && !value.After(latest)
	default:
		return nil, false
	}
}

// loaded is the inverse of stored.
func (k Kind) loaded(v any) any {
	if ms, isInt := v.(int64); isInt && k == Time {
		return time.UnixMilli(ms).UTC()
	}
	return v
}

// Times outside int64 milliseconds would wrap around silently.
var (
	earliest = time.UnixMilli(math.MinInt64)
	latest   = time.UnixMilli(math.MaxInt64)
)

// compare orders two stored values of one kind, as every implementation orders them.
func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		return cmp.Compare(a, b.(string))
	case int64:
		return cmp.Compare(a, b.(int64))
	case bool:
		return cmp.Compare(rank(a), rank(b.(bool)))
	}
	return 0
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// String names the kind for error texts.
func (k Kind) String() string {
	switch k {
	case String:
		return "string"
	case Int:
		return "int64"
	case Time:
		return "time.Time"
	case Bool:
		return "bool"
	}
	return "unknown kind"
}

// holds reports whether v is a stored, present value of the kind.
func (k Kind) holds(v any) bool {
	switch v := v.(type) {
	case string:
		return k == String && textOK(v)
	case int64:
		return k == Int || k == Time
	case bool:
		return k == Bool
	}
	return false
}
