package seal

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/fault"
)

func key(id string, fill byte) Key { return NewKey(id, bytes.Repeat([]byte{fill}, 32)) }

func sealer(t *testing.T, keys ...Key) *Sealer {
	t.Helper()
	s, err := New(keys, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsSealedOpensInItsContextOnly(t *testing.T) {
	s := sealer(t, key("2026-11-01", 1))
	rapid.Check(t, func(t *rapid.T) {
		plaintext, context := rapid.SliceOf(rapid.Byte()).Draw(t, "plaintext"), rapid.SliceOf(rapid.Byte()).Draw(t, "context")
		sealed, err := s.Seal(plaintext, context)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := s.Open(sealed, context)
		if err != nil || !bytes.Equal(opened, plaintext) {
			t.Fatalf("opened to %x, %v; want %x", opened, err, plaintext)
		}
		if _, err := s.Open(sealed, append(context, 0)); fault.CodeOf(err) != "seal_broken" {
			t.Fatalf("another context: %v", err)
		}
	})
}

func TestASealedTextThatWasChangedDoesNotOpen(t *testing.T) {
	s := sealer(t, key("a", 1))
	sealed, err := s.Seal([]byte("authinfo"), []byte("merchant/terminal"))
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(sealed.Ciphertext) * 8 {
		changed := Sealed{KeyID: "a", Nonce: sealed.Nonce, Ciphertext: bytes.Clone(sealed.Ciphertext)}
		changed.Ciphertext[bit/8] ^= 1 << (bit % 8)
		if _, err := s.Open(changed, []byte("merchant/terminal")); !fault.Is(err, fault.Terminal) {
			t.Fatalf("bit %d: %v", bit, err)
		}
	}
	for _, nonce := range [][]byte{nil, sealed.Nonce[:11], append(bytes.Clone(sealed.Nonce), 0), make([]byte, 12)} {
		if _, err := s.Open(Sealed{KeyID: "a", Nonce: nonce, Ciphertext: sealed.Ciphertext}, []byte("merchant/terminal")); fault.CodeOf(err) != "seal_broken" {
			t.Errorf("a nonce of %d bytes: %v", len(nonce), err)
		}
	}
	if _, err := s.Open(Sealed{KeyID: "a", Nonce: sealed.Nonce}, nil); fault.CodeOf(err) != "seal_broken" {
		t.Errorf("no ciphertext: %v", err)
	}
}

func TestTheNewestKeySealsAndAllKeysOpen(t *testing.T) {
	before := sealer(t, key("2026-11-01", 1))
	after := sealer(t, key("2026-11-01", 1), key("2026-12-01", 2))
	old, err := before.Seal([]byte("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := after.Open(old, nil); err != nil || !after.NeedsReseal(old) {
		t.Errorf("old text: %v, needs reseal %v", err, after.NeedsReseal(old))
	}
	fresh, err := after.Seal([]byte("x"), nil)
	if err != nil || fresh.KeyID != "2026-12-01" || after.NeedsReseal(fresh) {
		t.Errorf("sealed with %s, %v", fresh.KeyID, err)
	}
	if _, err := before.Open(fresh, nil); !fault.Is(err, fault.Retry) || fault.CodeOf(err) != "seal_key_unknown" {
		t.Errorf("a replica without the new key: %v", err)
	}
}

func TestNoTwoSealsShareANonce(t *testing.T) {
	s := sealer(t, key("a", 1))
	seen := map[string]bool{}
	for range 1000 {
		sealed, err := s.Seal(nil, nil)
		if err != nil || seen[string(sealed.Nonce)] {
			t.Fatalf("nonce %x again, %v", sealed.Nonce, err)
		}
		seen[string(sealed.Nonce)] = true
	}
}

type dry struct{}

func (dry) Read([]byte) (int, error) { return 0, errors.New("dry") }

func TestSealFailsWithoutRandomness(t *testing.T) {
	s, err := New([]Key{key("a", 1)}, dry{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Seal([]byte("x"), nil); !fault.Is(err, fault.Retry) {
		t.Errorf("got %v", err)
	}
}

func TestNewRefusesKeysItCannotUse(t *testing.T) {
	tests := map[string][]Key{
		"none":     nil,
		"short":    {NewKey("a", make([]byte, 31))},
		"long":     {NewKey("a", make([]byte, 33))},
		"bad id":   {key("A", 1)},
		"no id":    {key("", 1)},
		"same id":  {key("a", 1), key("a", 2)},
		"zero key": {{}},
	}
	for name, keys := range tests {
		if _, err := New(keys, rand.Reader); !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeysNeverPrint(t *testing.T) {
	value := []byte("0123456789abcdef0123456789ABCDEF")
	k := NewKey("a", value)
	s := sealer(t, k)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, shown := range []string{fmt.Sprintf(verb, k), fmt.Sprintf(verb, []Key{k}), fmt.Sprintf(verb, s), fmt.Sprintf(verb, *s)} {
			if strings.Contains(shown, string(value)) || strings.Contains(shown, "30313233") || strings.Contains(shown, "48 49 50") || strings.Contains(shown, "0x30, 0x31") {
				t.Errorf("%s shows the key: %s", verb, shown)
			}
		}
	}
}
