package service

import (
	"iter"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// longestWait bounds every wait of a configuration. A longer one means "for ever" to whoever depends on it, and sums of such
// waits overflow into the past.
const longestWait = 366 * 24 * time.Hour

// Waits are all durations of a configuration, which is a pointer to a struct, by their name in the file.
func Waits(config any) iter.Seq2[string, *time.Duration] {
	return func(yield func(string, *time.Duration) bool) { eachWait(reflect.ValueOf(config), "", yield) }
}

// eachWait reports whether to go on.
func eachWait(v reflect.Value, name string, yield func(string, *time.Duration) bool) bool {
	if wait, ok := durationOf(v); ok {
		return yield(name, wait)
	}
	switch v.Kind() {
	case reflect.Pointer:
		return v.IsNil() || eachWait(v.Elem(), name, yield)
	case reflect.Slice:
		for i := range v.Len() {
			if !eachWait(v.Index(i), name+"["+strconv.Itoa(i)+"]", yield) {
				return false
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			if !field.IsExported() || key == "-" {
				continue
			}
			if !eachWait(v.Field(i), strings.TrimPrefix(name+"."+key, "."), yield) {
				return false
			}
		}
	}
	return true
}

func durationOf(v reflect.Value) (*time.Duration, bool) {
	if !v.IsValid() || !v.CanAddr() {
		return nil, false
	}
	wait, ok := v.Addr().Interface().(*time.Duration)
	return wait, ok
}

// validWaits refuses a wait that is negative, or as good as endless. Whether one may be 0 is the configuration's own rule.
// The error is Terminal and names the field.
func validWaits(config any) error {
	for name, wait := range Waits(config) {
		if *wait < 0 || *wait > longestWait {
			return fault.Invalid(name, "config_wait", "must not be negative, nor longer than %v", longestWait)
		}
	}
	return nil
}
