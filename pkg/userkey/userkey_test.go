package userkey_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/userkey"
)

// The expected value is of openssl: printf %s OPENID | openssl dgst -sha256 -hmac SECRET
func TestAUserKeyIsTheHMACOfTheOpenid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "user_key")
	write(t, path, "an hmac secret of more than 32 bytes\n")
	k, err := userkey.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	const want = "a88ef3e445de7663a8c4ad1eee4dbfcf07905b6fbe7761a9e070eaf9249d24c5"
	if got := k.Of("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"); got != want {
		t.Errorf("the user_key is %s, want %s", got, want)
	}
}

func TestAShortSecretIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "user_key")
	write(t, path, "31 bytes are not quite enough..")
	if _, err := userkey.Load(path); fault.CodeOf(err) != "secret_length" || !fault.Is(err, fault.Terminal) {
		t.Errorf("a secret of 31 bytes: %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
