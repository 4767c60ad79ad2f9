package credential

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func TestEveryFieldOfATerminalIsPartOfItsID(t *testing.T) {
	base := Terminal{"acme", "app", "mch", "subapp", "submch", "store", "name", "device", "attach"}
	seen := map[string]string{base.ID(): "nothing"}
	for i := range reflect.TypeFor[Terminal]().NumField() {
		name := reflect.TypeFor[Terminal]().Field(i).Name
		for _, value := range []string{"", "other", "devicea"} {
			changed := base
			reflect.ValueOf(&changed).Elem().Field(i).SetString(value)
			if before, taken := seen[changed.ID()]; taken {
				t.Errorf("%s=%q and %s have one id", name, value, before)
			}
			seen[changed.ID()] = name + "=" + value
		}
	}
	if id := base.ID(); !strings.HasPrefix(id, "acme/") || len(id) != len("acme/")+32 {
		t.Errorf("the id is %s", id)
	}
	shifted := base
	shifted.StoreID, shifted.StoreName = "stor", "ename"
	if shifted.ID() == base.ID() {
		t.Error("a letter moved from one field to the next and the id stayed")
	}
}

func TestACredentialServesUntilItsMarginOrItsDrop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		life := time.Duration(rapid.IntRange(1, 7200).Draw(t, "life")) * time.Second
		margin := time.Duration(rapid.IntRange(0, 600).Draw(t, "margin")) * time.Second
		age := time.Duration(rapid.IntRange(0, 8000).Draw(t, "age")) * time.Second
		var c Credential
		if c.Usable(noon, margin) {
			t.Fatal("nothing was issued and it is usable")
		}
		issues := rapid.Int64Range(1, 5).Draw(t, "issues")
		for range issues {
			c.Renew(Terminal{DeviceID: "d", StoreID: "s"}, Sealed{Ciphertext: []byte("x")}, noon, noon.Add(life))
		}
		if c.Issue != issues || c.Usable(noon.Add(age), margin) != (age < life-margin) {
			t.Fatalf("issue %d of %d; usable is %v at age %v of %v, margin %v", c.Issue, issues, c.Usable(noon.Add(age), margin), age, life, margin)
		}
		about := rapid.Int64Range(0, 6).Draw(t, "about")
		if dropped := c.Drop(about, noon); dropped != (about == issues) {
			t.Fatalf("a complaint about issue %d of %d: dropped is %v", about, issues, dropped)
		}
		if about == issues && (c.Usable(noon, 0) || len(c.Sealed.Ciphertext) != 0 || c.Drop(about, noon)) {
			t.Fatal("dropped and still there")
		}
	})
}

func TestOnlyTheCodesOfTheSheetDropACredential(t *testing.T) {
	for _, c := range []struct {
		code string
		err  int64
		want bool
	}{
		{"ERROR", 271382020, true}, {"SUCCESS", 271382020, true}, {"PARAM_ERROR", 0, true},
		{"ERROR", 0, false}, {"USER_CANCEL", 271378620, false}, {"SUCCESS", 0, false}, {"", 0, false},
	} {
		if got := Refused(c.code, c.err); got != c.want {
			t.Errorf("%s %d: %v", c.code, c.err, got)
		}
	}
}
