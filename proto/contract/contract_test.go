package contract

import (
	"regexp"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

var token = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func TestEveryEventNamesItsMerchantKeyAndScopeByStringFields(t *testing.T) {
	seen := map[string]protoreflect.FullName{}
	for _, e := range Events() {
		for _, name := range []string{"merchant", e.Key, e.Scope} {
			if name == "" {
				continue
			}
			f := e.Type.Descriptor().Fields().ByName(protoreflect.Name(name))
			if f == nil || f.Kind() != protoreflect.StringKind {
				t.Errorf("%s: %q is not a string field", e.Name, name)
			}
		}
		if !token.MatchString(e.Owner) || !token.MatchString(e.Subject) || e.Key == "" {
			t.Errorf("%s: owner %q, subject %q, key %q", e.Name, e.Owner, e.Subject, e.Key)
		}
		if other, ok := seen[e.Owner+"."+e.Subject]; ok {
			t.Errorf("%s and %s share a subject", e.Name, other)
		}
		seen[e.Owner+"."+e.Subject] = e.Name
	}
}

func TestEveryRequestNamesItsServicesAndAnExistingReply(t *testing.T) {
	for _, e := range Endpoints() {
		if len(e.Services) == 0 || !token.MatchString(e.Token) {
			t.Errorf("%s: services %v, token %q", e.Name, e.Services, e.Token)
		}
		if _, err := protoregistry.GlobalTypes.FindMessageByName(e.Reply); err != nil {
			t.Errorf("%s: reply %s: %v", e.Name, e.Reply, err)
		}
	}
}

func TestNoGeneratedFileWithAContractIsForgotten(t *testing.T) {
	known := map[string]bool{}
	for _, f := range files {
		known[f.Path()] = true
	}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if ev, en := read([]protoreflect.FileDescriptor{f}); len(ev)+len(en) > 0 && !known[f.Path()] {
			t.Errorf("%s holds contracts and is not in files", f.Path())
		}
		return true
	})
}
