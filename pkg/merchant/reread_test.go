package merchant

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
)

func TestRereadGivesTheFileAsItIsNowAndTheOldBookStaysValid(t *testing.T) {
	text, err := os.ReadFile("testdata/merchants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "merchants.yaml")
	write := func(s string) {
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(string(text))
	book, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := book.Reread(); err != nil || same != book {
		t.Errorf("an unchanged file gave another book, %v", err)
	}
	write(strings.Replace(string(text), "5157F09E", "77B0AC5E", 1))
	fresh, err := book.Reread()
	if err != nil {
		t.Fatal(err)
	}
	serialOf := func(b *Book) string { a, _ := b.Account("wx-direct"); return a.WeChat.MerchantSerial[:8] }
	if serialOf(fresh) != "77B0AC5E" || serialOf(book) != "5157F09E" {
		t.Errorf("fresh %s, old %s", serialOf(fresh), serialOf(book))
	}
	if again, err := fresh.Reread(); err != nil || again != fresh {
		t.Error("a book read again does not know its file")
	}
	write(string(text[:len(text)/2]))
	if _, err := fresh.Reread(); !fault.Is(err, fault.Terminal) {
		t.Errorf("half a file: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := fresh.Reread(); fault.CodeOf(err) != "merchants_unreadable" {
		t.Error(err)
	}
	parsed, err := Parse(text, "/conf")
	if err != nil {
		t.Fatal(err)
	}
	if same, err := parsed.Reread(); err != nil || same != parsed {
		t.Errorf("a book without a file: %v", err)
	}
}
