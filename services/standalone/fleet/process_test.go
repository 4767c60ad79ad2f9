package fleet

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// shell makes a process of a shell script in a folder of its own.
func shell(t *testing.T, script string) *Process {
	t.Helper()
	s := &System{Dir: t.TempDir()}
	p := s.add("script", "/bin/sh", nil, "-c", script)
	p.log = filepath.Join(s.Dir, "script.log")
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

// said waits until the process wrote a word to its log.
func said(t *testing.T, p *Process, word string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p.ready = func(context.Context) error { return logHolds(p.log, word) }
	if err := p.AwaitReady(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestASigtermIsMeasuredAndItsExitCodeHeard(t *testing.T) {
	clean := shell(t, `trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done`)
	said(t, clean, "up")
	if took, err := clean.Terminate(20 * time.Second); err != nil || took <= 0 {
		t.Errorf("a clean stop: %v, %v", took, err)
	}
	dirty := shell(t, `trap 'exit 3' TERM; echo up; while :; do sleep 0.05; done`)
	said(t, dirty, "up")
	if _, err := dirty.Terminate(20 * time.Second); err == nil {
		t.Error("an exit with code 3 passes for a clean stop")
	}
	deaf := shell(t, `trap '' TERM; echo up; while :; do sleep 0.05; done`)
	said(t, deaf, "up")
	if _, err := deaf.Terminate(100 * time.Millisecond); err == nil {
		t.Error("a program that does not stop passes for a clean stop")
	}
}

func TestAProgramThatEndsByItselfIsStartedAgainAndRemembered(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "second")
	p := shell(t, fmt.Sprintf(`if [ -e %[1]q ]; then echo again; exec sleep 60; fi; touch %[1]q; exit 7`, mark))
	said(t, p, "again")
	if falls := p.Falls(); len(falls) == 0 || falls[len(falls)-1].Code != 7 {
		t.Errorf("it remembers %v", falls)
	}
}

func TestAKilledProgramStaysDownUntilItIsStarted(t *testing.T) {
	p := shell(t, `echo up; exec sleep 60`)
	said(t, p, "up")
	p.Kill()
	if p.release() != nil || len(p.Falls()) != 0 {
		t.Errorf("it runs, or its kill counts as a fall: %v", p.Falls())
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
}
