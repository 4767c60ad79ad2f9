package bench

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// Machine is where and what was measured.
type Machine struct {
	Cores  int    `json:"cores"`
	CPU    string `json:"cpu"`
	System string `json:"system"`
	Go     string `json:"go"`
	// Commit is the source's, with + when it was changed since; "unknown" in a program built without version control.
	Commit string `json:"commit"`
}

func thisMachine() Machine {
	return Machine{
		Cores: runtime.GOMAXPROCS(0), CPU: processor(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Commit: commit(),
	}
}

// processor is the model's name where the system tells it (Linux on amd64), else the architecture.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, changed := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	return revision + changed
}
