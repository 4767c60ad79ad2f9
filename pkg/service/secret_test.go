package service

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/facepay-go/facepay/pkg/fault"
)

const hush = "0123456789abcdefghijklmnopqrstuv"

// holder holds a secret in every way a struct can.
type holder struct {
	Shown  Secret
	Point  *Secret
	List   []Secret
	Map    map[string]Secret
	unseen Secret
}

func everyHolder() []any {
	s := NewSecret([]byte(hush))
	h := holder{Shown: s, Point: &s, List: []Secret{s}, Map: map[string]Secret{"k": s}, unseen: s}
	return []any{s, &s, h, &h, []Secret{s}, map[string]Secret{"k": s}, struct{ inner holder }{h}, [1]*holder{&h}}
}

func TestASecretNeverPrintsInAnyEncoding(t *testing.T) {
	encodings := map[string]func(v any) ([]byte, error){
		"json": json.Marshal,
		"yaml": yaml.Marshal,
		"bson": func(v any) ([]byte, error) { return bson.Marshal(bson.M{"v": v}) },
		"xml":  func(v any) ([]byte, error) { return xml.Marshal(v) },
		"gob": func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		},
		"text": func(v any) ([]byte, error) {
			if m, ok := v.(encoding.TextMarshaler); ok {
				return m.MarshalText()
			}
			return nil, nil
		},
		"slog json": func(v any) ([]byte, error) {
			var b bytes.Buffer
			slog.New(slog.NewJSONHandler(&b, nil)).Info("hello", "v", v, slog.Group("g", "v", v))
			return b.Bytes(), nil
		},
		"slog text": func(v any) ([]byte, error) {
			var b bytes.Buffer
			slog.New(slog.NewTextHandler(&b, nil)).Info("hello", "v", v, slog.Group("g", "v", v))
			return b.Bytes(), nil
		},
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%T", "% x"} {
		encodings["fmt "+verb] = func(v any) ([]byte, error) { return fmt.Appendf(nil, verb, v), nil }
	}
	for name, encode := range encodings {
		for _, v := range everyHolder() {
			// Some encodings have no form for some holders: their error must not show it either.
			shown, err := encode(v)
			if err != nil {
				shown = append(shown, err.Error()...)
			}
			if leaks(shown) {
				t.Errorf("%s of %T shows the secret: %s", name, v, shown)
			}
		}
	}
}

// leaks looks for the secret plain and in the forms that printing bytes takes.
func leaks(shown []byte) bool {
	var decimal, goSyntax []string
	for _, b := range []byte(hush[:6]) {
		decimal = append(decimal, fmt.Sprint(b))
		goSyntax = append(goSyntax, fmt.Sprintf("%#x", b))
	}
	text := strings.ToLower(string(shown))
	for _, form := range []string{
		hush[:6], hex.EncodeToString([]byte(hush[:6])), fmt.Sprintf("% x", hush[:6]), strings.Join(decimal, " "),
		strings.Join(decimal, ","), strings.Join(goSyntax, ", "), strings.ToLower(base64.StdEncoding.EncodeToString([]byte(hush[:6]))),
	} {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

func TestASecretGivesItsBytesToWhoAsks(t *testing.T) {
	given := []byte(hush)
	s := NewSecret(given)
	given[0] = 'X'
	s.Bytes()[0] = 'Y'
	if string(s.Bytes()) != hush || s.IsZero() {
		t.Error("the secret changed with somebody else's bytes")
	}
	if !(Secret{}).IsZero() || len(Secret{}.Bytes()) != 0 {
		t.Error("the zero secret is not empty")
	}
}

func TestASecretFileIsReadWithoutItsLastLineBreakAndMeasured(t *testing.T) {
	path := filepath.Join(t.TempDir(), "apiv3.key")
	tests := map[string]struct {
		text   string
		length Length
		want   string
	}{
		"as it is":          {hush, Exactly(32), hush},
		"with a line break": {hush + "\n", Exactly(32), hush},
		"from Windows":      {hush + "\r\n", Exactly(32), hush},
		"only one is cut":   {hush + "\n\n", Exactly(33), hush + "\n"},
		"a space counts":    {hush + " ", Exactly(32), ""},
		"too short":         {hush[:31], Exactly(32), ""},
		"least":             {"12", Between(2, 4), "12"},
		"most":              {"1234", Between(2, 4), "1234"},
		"above most":        {"12345", Between(2, 4), ""},
		"empty":             {"", Between(1, 4), ""},
	}
	for name, tt := range tests {
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := SecretFile(path, tt.length)
		if tt.want == "" {
			if fault.CodeOf(err) != "secret_length" || !fault.Is(err, fault.Terminal) || leaks([]byte(err.Error())) {
				t.Errorf("%s: %v", name, err)
			}
		} else if err != nil || string(s.Bytes()) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := SecretFile(path+".absent", Exactly(32)); fault.CodeOf(err) != "secret_unreadable" {
		t.Errorf("no file: %v", err)
	}
}
