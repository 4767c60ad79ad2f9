package cli

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/fault"
)

// longestSecret bounds what is read of a secret.
const longestSecret = 4096

// readSecret reads a secret from a file, or from standard input for "-": on the command line it would stand in the shell's
// history and in the list of processes. Blanks around it are not part of it. Errors are Terminal and name the flag, never the
// content.
func readSecret(cmd *cobra.Command, flag, path string) (string, error) {
	in := cmd.InOrStdin()
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", fault.Invalid(flag, "file_unreadable", "cannot be opened; a file, or - for standard input")
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	content, err := io.ReadAll(io.LimitReader(in, longestSecret+1))
	secret := strings.TrimSpace(string(content))
	switch {
	case err != nil:
		return "", fault.Invalid(flag, "file_unreadable", "cannot be read")
	case secret == "":
		return "", fault.Invalid(flag, "field_required", "is empty")
	case len(content) > longestSecret, strings.ContainsAny(secret, " \t\r\n"):
		return "", fault.Invalid(flag, "secret_malformed", "must be one word, and nothing else")
	}
	return secret, nil
}
