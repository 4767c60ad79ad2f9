package entity

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// member is one name of an object with its value, as received.
type member struct{ name, value json.RawMessage }

// split takes an object apart. raw is valid JSON and begins with the brace, so every index below stays inside of it. It exists
// because every notification is read so: a map of encoding/json costs three times as much.
func split(raw json.RawMessage) []member {
	all := make([]member, 0, 32)
	for i := blanks(raw, 1); raw[i] != '}'; {
		end := valueEnd(raw, i)
		name := raw[i:end]
		i = blanks(raw, blanks(raw, end)+1) // past the colon
		end = valueEnd(raw, i)
		all = append(all, member{name, raw[i:end]})
		i = next(raw, end)
	}
	return all
}

// elements takes an array apart; raw is as in split.
func elements(raw json.RawMessage) []json.RawMessage {
	var all []json.RawMessage
	for i := blanks(raw, 1); raw[i] != ']'; {
		end := valueEnd(raw, i)
		all = append(all, raw[i:end])
		i = next(raw, end)
	}
	return all
}

// next is where the next member or element begins, or the closing bracket.
func next(raw json.RawMessage, end int) int {
	i := blanks(raw, end)
	if raw[i] == ',' {
		i = blanks(raw, i+1)
	}
	return i
}

func blanks(raw json.RawMessage, i int) int {
	for raw[i] == ' ' || raw[i] == '\t' || raw[i] == '\n' || raw[i] == '\r' {
		i++
	}
	return i
}

// valueEnd is the index behind the value that begins at i.
func valueEnd(raw json.RawMessage, i int) int {
	switch raw[i] {
	case '"':
		return stringEnd(raw, i)
	case '{', '[':
		for depth := 0; ; i++ {
			switch raw[i] {
			case '"':
				i = stringEnd(raw, i) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
	}
	return i + bytes.IndexAny(raw[i:], " \t\n\r,]}")
}

func stringEnd(raw json.RawMessage, i int) int {
	for i++; raw[i] != '"'; i++ {
		if raw[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// plain is what a JSON string says.
func plain(quoted json.RawMessage) string {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(quoted, &s) // it is valid
	return s
}

// says reports that a JSON string says text.
func says(quoted json.RawMessage, text string) bool {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner) == text
	}
	return plain(quoted) == text
}
