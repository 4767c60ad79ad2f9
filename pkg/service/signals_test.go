package service

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// childVariable makes the test binary a service to be signalled: it says what happens on its standard output.
const childVariable = "FACEPAY_TEST_SIGNALLED_SERVICE"

func TestMain(m *testing.M) {
	if mode := os.Getenv(childVariable); mode != "" {
		os.Exit(signalled(mode))
	}
	os.Exit(m.Run())
}

func signalled(mode string) int {
	part := Part{
		Name:  "part",
		Start: func(context.Context) error { fmt.Println("started"); return nil },
		Stop: func(context.Context) error {
			fmt.Println("stopping")
			if mode == "stuck" {
				select {}
			}
			return nil
		},
	}
	err := Run(context.Background(), quiet, time.Hour, part)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrInterrupted):
		return 3
	}
	return 4
}

func TestASignalStopsTheServiceAndASecondOneEndsItAtOnce(t *testing.T) {
	tests := []struct {
		name, mode string
		signals    []os.Signal
		exit       int
	}{
		{"SIGTERM", "clean", []os.Signal{syscall.SIGTERM}, 0},
		{"SIGINT", "clean", []os.Signal{syscall.SIGINT}, 0},
		{"SIGTERM, then SIGINT", "stuck", []os.Signal{syscall.SIGTERM, syscall.SIGINT}, 3},
		{"SIGTERM twice", "stuck", []os.Signal{syscall.SIGTERM, syscall.SIGTERM}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			child := exec.CommandContext(t.Context(), os.Args[0])
			child.Env = append(os.Environ(), childVariable+"="+tt.mode)
			out, err := child.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			said := bufio.NewScanner(out)
			expect(t, said, "started")
			for i, s := range tt.signals {
				if err := child.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
				if i == 0 {
					expect(t, said, "stopping")
				}
			}
			err = child.Wait()
			if got := child.ProcessState.ExitCode(); got != tt.exit {
				t.Errorf("exit %d (%v), want %d", got, err, tt.exit)
			}
		})
	}
}

func expect(t *testing.T, said *bufio.Scanner, line string) {
	t.Helper()
	if !said.Scan() || said.Text() != line {
		t.Fatalf("the child says %q (%v), want %q", said.Text(), said.Err(), line)
	}
}
