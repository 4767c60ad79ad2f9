// Package secrets searches what a running system wrote for what it may never write (invariant 8): the keys, authinfo,
// rawdata, openids and face_sids that were in use.
package secrets

import (
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// The kinds of values that the contract carries in some messages.
const (
	OpenID  = "openid"
	FaceSID = "face_sid"
	UnionID = "union_id"
)

// Used are the secrets that were in use. It may be filled from several goroutines.
type Used struct {
	mu    sync.Mutex
	kinds map[string]string // by value
	// needles are all forms of all values, by their first bytes: a search takes one look at every place of a text,
	// however many secrets there are.
	needles map[uint64][]needle
}

// needle is one form of a secret.
type needle struct{ form, kind string }

// prefix is how many bytes of a form are looked up.
const prefix = 8

// Add takes a value in. What is shorter than 12 bytes is no secret and would be found everywhere: it is left out.
func (u *Used) Add(kind, value string) {
	if len(value) < 12 {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.kinds == nil {
		u.kinds, u.needles = map[string]string{}, map[uint64][]needle{}
	}
	if _, known := u.kinds[value]; known {
		return
	}
	u.kinds[value] = kind
	for _, form := range forms(value) {
		at := binary.NativeEndian.Uint64([]byte(form))
		u.needles[at] = append(u.needles[at], needle{form, kind})
	}
}

// AddKeys adds the keys of a data folder, its partner account's too: what its files of keys hold, less the public halves.
func (u *Used) AddKeys(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*keys", "*"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no keys in %s", dir)
	}
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name := filepath.Base(file)
		if block, _ := pem.Decode(text); block != nil && !strings.HasSuffix(block.Type, "PRIVATE KEY") || public(name) {
			continue
		}
		for _, word := range strings.Fields(string(text)) {
			if len(word) >= 32 { // the seal key's id and the words around PEM are no secrets
				u.Add(name, word)
			}
		}
	}
	return nil
}

// public reports whether a file names a key instead of holding one.
func public(name string) bool {
	return strings.HasSuffix(name, "_serial.txt") || strings.HasSuffix(name, "_id.txt")
}

// Count is how many values are searched for.
func (u *Used) Count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.kinds)
}

// In names the kinds of secrets that text holds in any form, without those excepted.
func (u *Used) In(text string, except ...string) (kinds []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i := 0; i+prefix <= len(text); i++ {
		for _, n := range u.needles[binary.NativeEndian.Uint64([]byte(text[i:i+prefix]))] {
			if strings.HasPrefix(text[i:], n.form) && !slices.Contains(except, n.kind) && !slices.Contains(kinds, n.kind) {
				kinds = append(kinds, n.kind)
			}
		}
	}
	slices.Sort(kinds)
	return kinds
}
