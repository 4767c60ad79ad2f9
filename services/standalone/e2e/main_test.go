package e2e

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain lets eight stories go on at once also on two cores: they wait more than they work.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	code := m.Run()
	if dir, err := keys(); err == nil {
		_ = os.RemoveAll(dir) // the system's temporary folder
	}
	os.Exit(code)
}
