package wechatpay

import "encoding/json"

// Secret is a text of WeChat's that opens something for whoever holds it: the package of a need-confirm order (§6.2),
// a pre-authorisation token (§5.1). It prints, and encodes, as ***.
type Secret struct {
	masked
	text *string
}

// NewSecret takes the text; an empty one is the zero Secret.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: &text}
}

// Reveal is the text, for the one it is meant for; "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports that there is no text.
func (s Secret) IsZero() bool { return s.text == nil }

// Equal compares the texts.
func (s Secret) Equal(other Secret) bool { return s.Reveal() == other.Reveal() }

// UnmarshalJSON reads a JSON string or null.
func (s *Secret) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	*s = NewSecret(text)
	return nil
}
