package event

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/proto/contract"
)

// Root is the first token of every event subject. Requests live under another root, so that no stream captures them.
const Root = "facepay"

// maxToken bounds one token, in bytes as it stands in the subject. A protocol line longer than the server's
// max_control_line (4096) ends the connection for good, so no value, whoever chose it, may make a subject that long.
const maxToken = 512

// noScope stands for an empty scope value: a NATS token cannot be empty.
const noScope = "-"

// SubjectOf gives the full subject of an event message.
func SubjectOf(m proto.Message) (string, error) {
	c, err := contract.Of(m)
	if err != nil {
		return "", fault.Wrap(err, fault.Terminal, "not_an_event", "naming a subject")
	}
	tokens := []string{Root, c.Owner, c.Subject}
	for _, field := range []string{"merchant", c.Key} {
		value := contract.Field(m, field)
		if value == "" {
			return "", fault.Invalid(field, "field_required", "%s needs it for its subject", c.Name)
		}
		token := Token(value)
		if len(token) > maxToken {
			return "", tooLong(c, field)
		}
		tokens = append(tokens, token)
	}
	if c.Scope != "" {
		scope := noScope
		if value := contract.Field(m, c.Scope); value != "" {
			scope = Token(value)
		}
		if len(scope) > maxToken {
			return "", tooLong(c, c.Scope)
		}
		tokens = append(tokens, scope)
	}
	return strings.Join(tokens, "."), nil
}

func tooLong(c contract.Event, field string) error {
	return fault.Invalid(field, "field_too_long", "%s: takes more than %d bytes in a subject", c.Name, maxToken)
}

// Pattern matches every subject of one event and nothing else: streams capture just these, so a misspelled subject is
// refused at its publisher instead of being stored where nobody listens.
func Pattern(c contract.Event) string {
	p := Root + "." + c.Owner + "." + c.Subject + ".*.*"
	if c.Scope != "" {
		p += ".*"
	}
	return p
}

// Token makes any text one token of a subject: letters, digits, _ - | stand for themselves, other bytes become %XX.
func Token(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '_', c == '-', c == '|':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// ownerAndName reads the second and third token of a subject, empty when it has none.
func ownerAndName(subject string) (owner, name string) {
	tokens := strings.SplitN(subject, ".", 4)
	if len(tokens) < 4 || tokens[0] != Root {
		return "", ""
	}
	return tokens[1], tokens[2]
}
