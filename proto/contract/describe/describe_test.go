package describe_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/facepay-go/facepay/proto/contract"
	"github.com/facepay-go/facepay/proto/contract/describe"
)

// root is the proto module's folder.
const root = "../.."

func comments(t *testing.T) describe.Comments {
	t.Helper()
	c, err := describe.ReadComments(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheCommittedDescriptionsAreThoseOfTheContract(t *testing.T) {
	c := comments(t)
	for file, write := range map[string]func(describe.Comments) (string, error){"asyncapi.yaml": describe.AsyncAPI, "EVENTS.md": describe.Table} {
		want, err := write(c)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(root + "/" + file); err != nil || string(got) != want {
			t.Errorf("proto/%s is not of this contract: run make generate (%v)", file, err)
		}
	}
}

func TestEveryReferenceOfTheDocumentHasItsTarget(t *testing.T) {
	text, err := describe.AsyncAPI(comments(t))
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	var path []string
	for line := range strings.Lines(text) {
		indent := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		key, _, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(key, "- ") || strings.HasPrefix(key, "#") {
			continue
		}
		path = append(path[:min(indent, len(path))], key)
		targets["#/"+strings.Join(path, "/")] = true
	}
	references := regexp.MustCompile(`'\$ref': "([^"]+)"`).FindAllStringSubmatch(text, -1)
	if len(references) < 3*len(contract.Events()) {
		t.Errorf("%d references for %d events", len(references), len(contract.Events()))
	}
	for _, r := range references {
		if !targets[r[1]] {
			t.Errorf("nothing is at %s", r[1])
		}
	}
}

func TestEveryContractIsInBothDescriptions(t *testing.T) {
	c := comments(t)
	document, err := describe.AsyncAPI(c)
	if err != nil {
		t.Fatal(err)
	}
	table, err := describe.Table(c)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, e := range contract.Events() {
		want = append(want, describe.Address(e))
	}
	for _, e := range contract.Endpoints() {
		for _, s := range e.Services {
			want = append(want, "facepay-rpc."+s+"."+e.Token)
		}
	}
	for _, address := range want {
		if !strings.Contains(document, `"`+address+`"`) || !strings.Contains(table, "`"+address+"`") {
			t.Errorf("%s is missing", address)
		}
	}
}

func TestADeclarationWithoutACommentIsNamed(t *testing.T) {
	c := comments(t)
	const name = protoreflect.FullName("facepay.order.v1.OrderPaid.paid_amount_fen")
	if c[name] == "" {
		t.Fatalf("no comment was read for %s", name)
	}
	delete(c, name)
	if _, err := describe.AsyncAPI(c); err == nil || !strings.Contains(err.Error(), string(name)) {
		t.Errorf("got %v", err)
	}
}

func TestCommentsAreReadByTheirFullNames(t *testing.T) {
	got, err := describe.ReadComments(fstest.MapFS{"a/b.proto": {Data: []byte(`syntax = "proto3";

// Of the file.
package a.v1;

// One: a message,
// on two lines.
message One {
  option (x) = {
    owner: "o"
  };
  // A word.
  optional string word = 1 [debug_redact = true];
  // Many.
  repeated other.v1.Part parts = 2;
}

// Kind is an enum.
enum Kind {
  // None.
  KIND_NONE = 0;
}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	want := describe.Comments{
		"a.v1.One": "One: a message, on two lines.", "a.v1.One.word": "A word.", "a.v1.One.parts": "Many.",
		"a.v1.Kind": "Kind is an enum.", "a.v1.Kind.KIND_NONE": "None.",
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s: %q, want %q", name, got[name], text)
		}
	}
	if len(got) != len(want) {
		t.Errorf("read %v", got)
	}
}
