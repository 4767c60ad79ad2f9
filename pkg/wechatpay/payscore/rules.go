package payscore

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/fault"
)

// orderNoForm is the charset and length of out_order_no (§10.1).
var orderNoForm = regexp.MustCompile(`^[0-9A-Za-z_\-|*]{1,32}$`)

// ValidOrderNo checks an out_order_no (= the SDK's out_trade_no): 1..32 of digits, letters and _-|*. The error is
// Terminal. A minted number should use digits and letters only (§1.2).
func ValidOrderNo(no string) error {
	if !orderNoForm.MatchString(no) {
		return fault.Invalid("out_order_no", "order_no_form", "out_order_no is 1 to 32 of digits, letters and _-|*")
	}
	return nil
}

// required is 1..limit characters; a Chinese character counts one (§10.1).
func required(field, value string, limit int) error {
	if value == "" {
		return fault.Invalid(field, "required", "%s is required", field)
	}
	return optional(field, value, limit)
}

// optional is at most limit characters.
func optional(field, value string, limit int) error {
	if !utf8.ValidString(value) {
		return fault.Invalid(field, "not_utf8", "%s is not UTF-8", field)
	}
	if n := utf8.RuneCountInString(value); n > limit {
		return fault.Invalid(field, "too_long", "%s has %d characters, %d are allowed", field, n, limit)
	}
	return nil
}

// absent refuses a field that the mode does not have.
func absent(field, value, why string) error {
	if value != "" {
		return fault.Invalid(field, "not_allowed", "%s %s", field, why)
	}
	return nil
}

// firstError is the first rule broken, in the order of the rules.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

const maxNotifyURL = 255

// ValidNotifyURL checks a notify_url for the public internet: https besides the rules every create is held to (§6.2).
// A configuration checks with this; create requests also pass with http, which the sandbox uses.
func ValidNotifyURL(raw string) error {
	if err := notifyURLForm(raw); err != nil {
		return err
	}
	if !strings.HasPrefix(raw, "https://") {
		return fault.Invalid("notify_url", "notify_url_https", "notify_url is https")
	}
	return nil
}

func notifyURLForm(raw string) error {
	if err := required("notify_url", raw, maxNotifyURL); err != nil {
		return err
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Host == "", u.User != nil:
		return fault.Invalid("notify_url", "notify_url_form", "notify_url is an absolute URL")
	case strings.ContainsAny(raw, " \t\r\n?#"):
		return fault.Invalid("notify_url", "notify_url_query", "notify_url has no query, fragment or blank")
	case len(u.Path) < 2:
		return fault.Invalid("notify_url", "notify_url_path", "notify_url has a path")
	}
	return nil
}
