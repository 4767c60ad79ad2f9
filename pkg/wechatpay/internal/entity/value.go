package entity

import (
	"encoding/json"
	"strconv"
	"strings"
)

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// text is a string, the literal of a number, or "" for what is absent.
func text(raw json.RawMessage) (string, bool) {
	switch {
	case absent(raw):
		return "", true
	case raw[0] == '"':
		return plain(raw), true
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		return string(raw), true
	}
	return "", false
}

// whole is a number without a fraction, as a number or as text: 350, "350", 350.0. An exponent is not read: no sample has
// one, and money is never a float.
func whole(raw json.RawMessage) (int64, bool) {
	literal, ok := text(raw)
	if !ok {
		return 0, false
	}
	digits, zeros, pointed := strings.Cut(literal, ".")
	if pointed && (zeros == "" || strings.Trim(zeros, "0") != "") || strings.HasPrefix(digits, "+") {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil
}
