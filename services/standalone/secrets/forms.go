package secrets

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
)

// forms are the ways in which a value may have been written: as it is, in a URL, in JSON, in hex, and in base64 of
// something it is a part of, which depends on where in it the value begins.
func forms(value string) []string {
	all := []string{value, hex.EncodeToString([]byte(value)), strings.ToUpper(hex.EncodeToString([]byte(value)))}
	if quoted, err := json.Marshal(value); err == nil {
		all = append(all, strings.Trim(string(quoted), `"`))
	}
	all = append(all, url.QueryEscape(value), url.PathEscape(value))
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			all = append(all, within(encoding, before, value))
		}
	}
	return all
}

// within is what is sure to be in the base64 of a text that holds value behind so many bytes, modulo 3: the characters
// that depend on value alone.
func within(encoding *base64.Encoding, before int, value string) string {
	text := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + value))
	first := (before*8 + 5) / 6
	last := (before + len(value)) * 8 / 6
	return text[first:last]
}
