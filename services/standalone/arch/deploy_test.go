package arch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/services/authinfo"
	callbackingest "github.com/facepay-go/facepay/services/callback-ingest"
	lifecycle "github.com/facepay-go/facepay/services/order-lifecycle"
)

// top is the repository's root, seen from this package's folder.
const top = "../../.."

func TestTheExampleConfigurationsAreValid(t *testing.T) {
	for name, load := range map[string]func(path string) error{
		authinfo.Name:       func(path string) error { _, _, err := process.Load(path, authinfo.Default()); return err },
		lifecycle.Name:      func(path string) error { _, _, err := process.Load(path, lifecycle.Default()); return err },
		callbackingest.Name: func(path string) error { _, _, err := process.Load(path, callbackingest.Default()); return err },
	} {
		for _, folder := range []string{"deploy/examples", "deploy/examples/local"} {
			if err := load(filepath.Join(top, folder, name+".yaml")); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestTheExampleMerchantsFileIsValid(t *testing.T) {
	if _, err := merchant.Load(filepath.Join(top, "deploy/examples/merchants.yaml")); err != nil {
		t.Error(err)
	}
}

// compose is the part of docker-compose.yml that names things of this repository.
type compose struct {
	Services map[string]struct {
		Build struct {
			Dockerfile string
			Args       struct {
				Program string `yaml:"PROGRAM"`
			}
		}
		Volumes []string
	}
	Volumes map[string]any
}

func TestComposeBuildsAndMountsOnlyWhatExists(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(top, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var c compose
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	for name, s := range c.Services {
		if p := s.Build.Args.Program; p != "" {
			mustExist(t, name, filepath.Join(p, "main.go"))
			mustExist(t, name, s.Build.Dockerfile)
		}
		for _, v := range s.Volumes {
			source, _, _ := strings.Cut(v, ":")
			if strings.HasPrefix(source, "./") {
				mustExist(t, name, source)
			} else if _, ok := c.Volumes[source]; !ok {
				t.Errorf("%s mounts volume %s, which is not declared", name, source)
			}
		}
	}
	for _, own := range []string{authinfo.Name, lifecycle.Name, callbackingest.Name, "sandbox"} {
		if c.Services[own].Build.Args.Program != "services/"+own+"/cmd/"+own {
			t.Errorf("%s is not in docker-compose.yml", own)
		}
	}
}

func mustExist(t *testing.T, name, path string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(top, path)); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}
