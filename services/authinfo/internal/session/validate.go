package session

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/fault"
)

const (
	letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	// numberChars is the charset of out_trade_no and out_order_no (wechat-protocol.md §3.1, §10.1).
	numberChars = letters + "_-|*"
	// base64Chars is what rawdata is made of (§2.1).
	base64Chars = letters + "+/="
	maxRawdata  = 2048
	// maxAttach is ours: the protocol states no limit, and a limit keeps one kiosk from sending a book.
	maxAttach = 512
)

// Validate holds the request and its rawdata to the limits of wechat-protocol.md §2.1 and §3.1; lengths are in
// characters (§10.1). The error is Terminal and names field and rule, never a value.
func (r Request) Validate(rawdata string) error {
	switch {
	case !IsRequestID(r.RequestID):
		return fault.Invalid("request_id", "charset_or_length", "must be 1 to 64 of 0-9 A-Z a-z _ -")
	case r.OutOrderNo != "" && !IsNumber(r.OutOrderNo):
		return fault.Invalid("out_order_no", "charset_or_length", "must be at most 32 of 0-9 A-Z a-z _ - | *")
	}
	for _, f := range []struct {
		name, value string
		most        int
	}{
		{"merchant", r.Merchant, 32},
		{"service_id", r.ServiceID, 32},
		{"store_id", r.StoreID, 32},
		{"store_name", r.StoreName, 128},
		{"device_id", r.DeviceID, 32},
		{"rawdata", rawdata, maxRawdata},
	} {
		if err := line(f.name, f.value, f.most); err != nil {
			return err
		}
	}
	if strings.ContainsFunc(rawdata, unicode.IsSpace) {
		return fault.Invalid("rawdata", "blank", "contains a blank: a + was lost on the way; send JSON or protobuf, not a form or a query (§10.2)")
	}
	if !only(rawdata, base64Chars, maxRawdata) {
		return fault.Invalid("rawdata", "not_base64", "contains what is no base64 text: it was encoded again on the way, as %%2B for + in a form or a query (§10.2)")
	}
	return attach(r.Attach)
}

// IsRequestID reports whether s can be a request_id: 1 to 64 of 0-9 A-Z a-z _ -.
func IsRequestID(s string) bool { return only(s, letters+"_-", 64) }

// IsNumber reports whether s can be an out_order_no (wechat-protocol.md §3.1, §10.1).
func IsNumber(s string) bool { return only(s, numberChars, 32) }

// line is a required text without control characters, which v2 XML cannot carry and a signature would not survive.
func line(name, value string, most int) error {
	switch {
	case value == "":
		return fault.Invalid(name, "required", "must not be empty")
	case utf8.RuneCountInString(value) > most:
		return fault.Invalid(name, "too_long", "must have at most %d characters", most)
	case strings.ContainsFunc(value, unprintable):
		return fault.Invalid(name, "control_character", "must be UTF-8 without control characters")
	}
	return nil
}

func attach(value string) error {
	switch {
	case value == "":
		return nil
	case utf8.RuneCountInString(value) > maxAttach:
		return fault.Invalid("attach", "too_long", "must have at most %d characters", maxAttach)
	case !json.Valid([]byte(value)):
		return fault.Invalid("attach", "not_json", "must be JSON text")
	case strings.ContainsFunc(value, unprintable):
		return fault.Invalid("attach", "control_character", "must be UTF-8 without control characters and line breaks")
	}
	return nil
}

// unprintable also takes the two code points that XML 1.0 forbids, and what is not UTF-8.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF || r == utf8.RuneError
}

// only reports whether s is 1..most characters, all of the set.
func only(s, set string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, set) == ""
}
