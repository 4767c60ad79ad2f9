package process

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plain is a service without a configuration of its own.
type plain struct{}

func (plain) Validate() error { return nil }

func TestCheckReadsMerchantsTooAndSaysWhatItChecked(t *testing.T) {
	dir := t.TempDir()
	config, merchants := filepath.Join(dir, "service.yaml"), filepath.Join(dir, "merchants.yaml")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(config, "process: {nats: {url: nats://broker}, store: \"sqlite:s.db\", merchants: "+merchants+"}\nservice: {}\n")
	var said strings.Builder
	if err := tryOut(&said, "plain", config, plain{}); err == nil || !strings.Contains(err.Error(), "merchants.yaml") {
		t.Errorf("without merchants.yaml: %v", err)
	}
	write(merchants, "accounts: []\nmerchnts: []\n")
	if err := tryOut(&said, "plain", config, plain{}); err == nil || !strings.Contains(err.Error(), "merchnts") {
		t.Errorf("with a misspelled field: %v", err)
	}
	if said.Len() > 0 {
		t.Errorf("it says of a wrong file: %s", said.String())
	}
	sound, err := os.ReadFile("../merchant/testdata/merchants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write(merchants, string(sound))
	if err := tryOut(&said, "plain", config, plain{}); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{config, merchants, "accounts", "not checked"} {
		if !strings.Contains(said.String(), part) {
			t.Errorf("%q is not in %s", part, said.String())
		}
	}
}
