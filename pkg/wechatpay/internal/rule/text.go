// Package rule holds what the requests of every interface are held to alike. Every error is Terminal and names field
// and rule, never the value: a value may be an openid.
package rule

import (
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/fault"
)

// MaxUnstated bounds texts for which the protocol states no limit: ours, against nonsense.
const MaxUnstated = 512

// Required is 1..limit characters; a Chinese character counts one (wechat-protocol.md §10.1).
func Required(field, value string, limit int) error {
	if value == "" {
		return fault.Invalid(field, "required", "%s is required", field)
	}
	return Optional(field, value, limit)
}

// Optional is at most limit characters.
func Optional(field, value string, limit int) error {
	if !utf8.ValidString(value) {
		return fault.Invalid(field, "not_utf8", "%s is not UTF-8", field)
	}
	if n := utf8.RuneCountInString(value); n > limit {
		return fault.Invalid(field, "too_long", "%s has %d characters, %d are allowed", field, n, limit)
	}
	return nil
}

// Absent refuses a field that the mode does not have.
func Absent(field, value, why string) error {
	if value != "" {
		return fault.Invalid(field, "not_allowed", "%s %s", field, why)
	}
	return nil
}

// First is the first rule broken, in the order of the rules.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
