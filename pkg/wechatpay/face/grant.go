package face

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Grant is an authinfo (SDK call credential, SDK调用凭证) with its age limit. It prints without the authinfo.
type Grant struct {
	// ExpiresIn is counted from the moment of the call; never assume a value (§2.2).
	ExpiresIn time.Duration
	authInfo  *authInfo
}

// authInfo sits behind a pointer so that printing a struct that holds a Grant shows an address at most.
type authInfo struct{ text string }

// Reveal is the credential, for the terminal that asked and nobody else.
func (g Grant) Reveal() string {
	if g.authInfo == nil {
		return ""
	}
	return g.authInfo.text
}

// Format prints the age limit only, whatever the verb.
func (g Grant) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authinfo *** for "+g.ExpiresIn.String())
}

// LogValue is the age limit only.
func (g Grant) LogValue() slog.Value {
	return slog.GroupValue(slog.Duration("expires_in", g.ExpiresIn))
}
