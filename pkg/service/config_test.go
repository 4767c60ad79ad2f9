package service

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/fault"
)

type exampleConfig struct {
	Name     string          `yaml:"name"`
	Log      LogConfig       `yaml:"log"`
	Admin    AdminConfig     `yaml:"admin"`
	Requests RequestsConfig  `yaml:"requests"`
	Traces   TelemetryConfig `yaml:"telemetry"`
	Gaps     []time.Duration `yaml:"gaps"`
}

func (c *exampleConfig) Validate() error {
	if c.Name == "" {
		return fault.Invalid("name", "empty", "must be set")
	}
	return nil
}

func TestLoadConfigFillsTheServicesOwnStruct(t *testing.T) {
	path := writeConfig(t, "name: authinfo\nlog: {level: debug}\nadmin:\n  pprof: true\nrequests:\n  per_merchant: 4\n  deadline: 3s\ntelemetry:\n  sample_percent: 0\n")
	t.Setenv("NAME", "from the environment")
	got := exampleConfig{Admin: AdminConfig{Listen: "127.0.0.1:9000"}}
	if err := LoadConfig(path, &got); err != nil {
		t.Fatal(err)
	}
	none := 0
	want := exampleConfig{
		Name: "authinfo", Log: LogConfig{Level: "debug"}, Admin: AdminConfig{Listen: "127.0.0.1:9000", Pprof: true},
		Requests: RequestsConfig{PerMerchant: 4, Deadline: 3 * time.Second}, Traces: TelemetryConfig{SamplePercent: &none},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadConfigSaysFileLineAndField(t *testing.T) {
	tests := map[string]struct{ text, code, says string }{
		"unknown field":   {"name: a\nlog:\n  levle: info\n", "yaml_unknown_field", `config.yaml:3:3: unknown field "levle"`},
		"bad type":        {"name: a\nrequests:\n  workers: many\n", "yaml_type", "[requests.workers]: "},
		"bad time":        {"name: a\nrequests:\n  deadline: 10\n", "yaml_type", "config.yaml:3:13: must be a time"},
		"broken rule":     {"log: {level: info}\n", "config_invalid", "config.yaml: empty [name]: must be set"},
		"a wait before":   {"name: a\nrequests: {deadline: -1s}\n", "config_invalid", "[requests.deadline]: must not be negative"},
		"an endless wait": {"name: a\ngaps: [1s, 876000h]\n", "config_invalid", "[gaps[1]]: must not be negative, nor longer than 8784h"},
		"an empty file":   {"", "yaml_empty", "config.yaml holds nothing"},
	}
	for name, tt := range tests {
		err := LoadConfig(writeConfig(t, tt.text), &exampleConfig{})
		if !fault.Is(err, fault.Terminal) || fault.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %s saying %q", name, err, tt.code, tt.says)
		}
	}
	if err := LoadConfig(filepath.Join(t.TempDir(), "absent.yaml"), &exampleConfig{}); fault.CodeOf(err) != "config_unreadable" || !strings.Contains(err.Error(), "absent.yaml") {
		t.Errorf("no file: %v", err)
	}
}

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
