package contract

import (
	"regexp"
	"slices"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

var token = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// service is the folder of a service.
var service = regexp.MustCompile(`^[a-z][a-z-]*$`)

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

func TestEveryFactFromOutsideNamesItsTimeOfSendingAndNoOtherEventDoes(t *testing.T) {
	for _, e := range Events() {
		if outside := e.Owner == "kiosk" || e.Owner == "desk"; outside != (e.Sent != "") {
			t.Errorf("%s: the time of sending is %q", e.Name, e.Sent)
		}
		if f := e.Type.Descriptor().Fields().ByName(protoreflect.Name(e.Sent)); e.Sent != "" && (f == nil || f.Message() == nil || f.Message().FullName() != "google.protobuf.Timestamp") {
			t.Errorf("%s: %q is not a timestamp", e.Name, e.Sent)
		}
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

func TestNoPersonalValueIsAKeyOrAToken(t *testing.T) {
	for _, e := range Events() {
		for _, name := range []string{"merchant", e.Key, e.Scope} {
			f := e.Type.Descriptor().Fields().ByName(protoreflect.Name(name))
			if f == nil {
				continue
			}
			if options, ok := f.Options().(*descriptorpb.FieldOptions); ok && options.GetDebugRedact() {
				t.Errorf("%s: %s is redacted in print and public in the subject", e.Name, name)
			}
		}
	}
}

func TestLookupsFindEveryContractAndNothingElse(t *testing.T) {
	for _, e := range Events() {
		byName, ok := ByName(e.Name)
		bySubject, ok2 := BySubject(e.Owner, e.Subject)
		of, err := Of(e.Type.New().Interface())
		if !ok || !ok2 || err != nil || byName.Name != e.Name || bySubject.Name != e.Name || of.Name != e.Name {
			t.Errorf("%s: %v %v %v", e.Name, ok, ok2, err)
		}
		if !slices.Contains(Owners(), e.Owner) {
			t.Errorf("%s: owner %s is not listed", e.Name, e.Owner)
		}
	}
	for _, e := range Endpoints() {
		m, err := protoregistry.GlobalTypes.FindMessageByName(e.Name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := EndpointOf(m.New().Interface()); err != nil || got.Token != e.Token {
			t.Errorf("%s: %v", e.Name, err)
		}
		if _, err := Of(m.New().Interface()); err == nil {
			t.Errorf("%s is a request and an event", e.Name)
		}
	}
	if _, ok := BySubject("", ""); ok {
		t.Error("an event without subject")
	}
}

func TestNoServiceListensTwiceOrToItself(t *testing.T) {
	for _, e := range Events() {
		if listeners := slices.Sorted(slices.Values(e.Listeners)); len(slices.Compact(listeners)) != len(e.Listeners) {
			t.Errorf("%s: a listener is named twice: %v", e.Name, e.Listeners)
		}
		for _, l := range e.Listeners {
			if !service.MatchString(l) || l == e.Owner {
				t.Errorf("%s: listener %q", e.Name, l)
			}
		}
	}
}
