// Package arch holds the architecture: which module may use which, what a domain package may touch, and that there is
// one place that acknowledges messages and one that saves documents.
package arch

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "github.com/facepay-go/facepay/"

// pkg is a package of the workspace as `go list` tells it.
type pkg struct {
	ImportPath, Dir string
	GoFiles         []string
	Imports, Deps   []string
	Module          *struct{ Path string }
}

// short is the path within the repository.
func (p pkg) short() string { return strings.TrimPrefix(p.ImportPath, root) }

func list(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps,Module", "work").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// room is the module folder a package of ours belongs to: "pkg", "services/authinfo".
func room(path string) string {
	short := strings.TrimPrefix(path, root)
	parts := strings.Split(short, "/")
	if parts[0] == "services" && len(parts) > 1 {
		return "services/" + parts[1]
	}
	return parts[0]
}

func TestArrowsPointOneWay(t *testing.T) {
	below := map[string][]string{"deploy": {}, "proto": {}, "pkg": {"proto", "deploy"}}
	for _, p := range list(t) {
		from := room(p.ImportPath)
		for _, dep := range p.Deps {
			to := room(dep)
			if !strings.HasPrefix(dep, root) || to == from {
				continue
			}
			allowed, base := below[from]
			if !base {
				allowed = []string{"pkg", "proto", "deploy"}
			}
			if from == "services/standalone" && to != from {
				continue // the one that may see all
			}
			if !slices.Contains(allowed, to) {
				t.Errorf("%s depends on %s: %s may not use %s", p.short(), strings.TrimPrefix(dep, root), from, to)
			}
		}
	}
}

func TestTheContractNeedsTheProtobufRuntimeOnly(t *testing.T) {
	for _, p := range list(t) {
		if room(p.ImportPath) != "proto" {
			continue
		}
		for _, dep := range p.Deps {
			if strings.Contains(strings.Split(dep, "/")[0], ".") && !strings.HasPrefix(dep, root+"proto/") && !strings.HasPrefix(dep, "google.golang.org/protobuf/") {
				t.Errorf("%s depends on %s", p.short(), dep)
			}
		}
	}
}

// domains are the pure packages.
var domains = []string{
	"services/order-lifecycle/internal/order", "services/authinfo/internal/session",
	"services/authinfo/internal/authorisation", "services/authinfo/internal/consent", "services/callback-ingest/internal/notice",
}

func TestDomainPackagesAreModestAndPure(t *testing.T) {
	known := map[string]bool{}
	for _, p := range list(t) {
		if !slices.Contains(domains, p.short()) {
			continue
		}
		known[p.short()] = true
		for _, imp := range p.Imports {
			switch {
			case imp == root+"pkg/money", imp == root+"pkg/fault":
			case strings.Contains(strings.Split(imp, "/")[0], "."):
				t.Errorf("%s imports %s: a domain imports money and fault, nothing else", p.short(), imp)
			case slices.Contains([]string{"os", "io", "net", "net/http", "context", "log", "log/slog", "database/sql", "math/rand", "math/rand/v2", "crypto/rand", "sync"}, imp):
				t.Errorf("%s imports %s: a domain does no I/O and rolls no dice", p.short(), imp)
			}
		}
		calls(t, p, func(file, receiver, name string) {
			if receiver == "time" && slices.Contains([]string{"Now", "Since", "Until", "After", "Sleep", "NewTimer", "NewTicker"}, name) {
				t.Errorf("%s/%s calls time.%s: time is an argument", p.short(), file, name)
			}
		})
	}
	for _, d := range domains {
		if !known[d] {
			t.Errorf("domain package %s does not exist", d)
		}
	}
}

func TestOneFileAcknowledgesMessages(t *testing.T) {
	acks := []string{"Ack", "DoubleAck", "Nak", "NakWithDelay", "Term", "TermWithReason", "InProgress"}
	for _, p := range list(t) {
		calls(t, p, func(file, receiver, name string) {
			if slices.Contains(acks, name) && p.short()+"/"+file != "pkg/bus/settle.go" {
				t.Errorf("%s/%s calls %s.%s: only pkg/bus/settle.go acknowledges", p.short(), file, receiver, name)
			}
		})
	}
}

func TestOneLoopSavesDocuments(t *testing.T) {
	for _, p := range list(t) {
		if room(p.ImportPath) == "services/sandbox" || !strings.HasPrefix(p.short(), "services/") {
			continue
		}
		if !slices.Contains(p.Imports, root+"pkg/docstore") {
			continue
		}
		calls(t, p, func(file, receiver, name string) {
			if name == "Replace" || name == "ReplaceMany" {
				t.Errorf("%s/%s calls %s.%s: documents are changed by pkg/aggregate only", p.short(), file, receiver, name)
			}
		})
	}
}

func TestTheKernelHasNoGrabBags(t *testing.T) {
	banned := []string{"common", "utils", "util", "helpers", "helper", "types", "models", "constants", "errors", "config", "logger", "middleware", "mocks"}
	for _, p := range list(t) {
		if strings.HasPrefix(p.short(), "pkg/") && slices.Contains(banned, filepath.Base(p.ImportPath)) {
			t.Errorf("%s: that is not a room", p.short())
		}
	}
}

func TestNothingUsesInit(t *testing.T) {
	for _, p := range list(t) {
		if strings.HasPrefix(p.short(), "proto/gen/") {
			continue
		}
		eachFile(t, p, func(name string, f *ast.File) {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s/%s has an init function", p.short(), name)
				}
			}
		})
	}
}

// calls finds every call x.Name(…) in the package's own files.
func calls(t *testing.T, p pkg, found func(file, receiver, name string)) {
	t.Helper()
	eachFile(t, p, func(name string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
				receiver := ""
				if id, ok := sel.X.(*ast.Ident); ok {
					receiver = id.Name
				}
				found(name, receiver, sel.Sel.Name)
			}
			return true
		})
	})
}

func eachFile(t *testing.T, p pkg, visit func(name string, f *ast.File)) {
	t.Helper()
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		visit(name, f)
	}
}
