package cli

import (
	"context"
	"net"
	"strings"
	"testing"
)

// typed runs a command line and gives its exit code and what it says on errors.
func typed(t *testing.T, args ...string) (code int, problem string) {
	t.Helper()
	var out, errOut strings.Builder
	root := Root("facepayctl", "")
	root.SetOut(&out)
	root.SetErr(&errOut)
	root.SetArgs(args)
	code = Main(context.Background(), root, &errOut)
	return code, errOut.String()
}

func TestNumbersOutOfBoundsAreRefusedByName(t *testing.T) {
	for what, args := range map[string][]string{
		"--replicas": {"topology", "apply", "--replicas", "0"},
		"5, not 6":   {"topology", "apply", "--replicas", "6"},
		"SEQ":        {"deadletter", "replay", "0"},
		"not \"x\"":  {"deadletter", "replay", "x"},
	} {
		if code, problem := typed(t, args...); code != 1 || !strings.Contains(problem, what) || !strings.Contains(problem, "out_of_bounds") {
			t.Errorf("%v: %d, %s", args, code, problem)
		}
	}
}

func TestAnUnreachableBrokerIsToldWithItsAddressAndWithoutItsPassword(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, servers := range []string{"nats://operator:hunter2@" + closed, "operator:hunter2@" + closed, "nats://hunter2@" + closed + ", " + closed} {
		code, problem := typed(t, "--nats", servers, "order", "show", "N1")
		if code != 1 || !strings.Contains(problem, "nats://"+closed) || !strings.Contains(problem, "make run") {
			t.Errorf("%d, %s", code, problem)
		}
		if strings.Contains(problem, "hunter2") || strings.Contains(problem, "operator") {
			t.Errorf("it prints a secret: %s", problem)
		}
	}
	if _, problem := typed(t, "--nats", "nats://operator:hun%ter2@"+closed, "order", "show", "N1"); strings.Contains(problem, "hun%ter2") {
		t.Errorf("it prints a secret: %s", problem)
	}
}
