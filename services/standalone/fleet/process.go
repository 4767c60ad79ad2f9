package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Process is one program that runs, is killed, and is started again on the same folder and addresses. Whoever runs a
// service restarts it when it ends by itself; so does Process, and it remembers that.
type Process struct {
	// Name tells it from the others: order-lifecycle-2. Program is what runs: order-lifecycle.
	Name, Program string

	path  string
	args  []string
	env   []string
	log   string
	ready func(context.Context) error

	mu sync.Mutex
	// run is the present life; nil while it is to be down.
	run   *life
	falls []Fall
}

// Fall is an end that nobody asked for.
type Fall struct {
	Process string
	// Code is the exit code, -1 after a signal. Services exit with 1 when what they need is not there at their start.
	Code int
}

// life is one run of the program.
type life struct {
	cmd  *exec.Cmd
	over chan struct{} // closed when it has ended
}

// restartAfter is the pause before a program that ended by itself is started again.
const restartAfter = 300 * time.Millisecond

// Start starts the program and returns at once; a program that runs is left alone.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.run != nil {
		return nil
	}
	return p.begin()
}

// begin starts a life; p.mu is held.
func (p *Process) begin() error {
	log, err := os.OpenFile(p.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening the log of %s: %w", p.Name, err)
	}
	defer func() { _ = log.Close() }() // the child has its own handle
	cmd := exec.Command(p.path, p.args...)
	cmd.Stdout, cmd.Stderr, cmd.Env = log, log, append(os.Environ(), p.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us, who stop it in order
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", p.Name, err)
	}
	l := &life{cmd: cmd, over: make(chan struct{})}
	p.run = l
	go p.watch(l)
	return nil
}

// watch waits for the end of a life and, when nobody asked for it, begins another one.
func (p *Process) watch(l *life) {
	_ = l.cmd.Wait() // the state tells
	close(l.over)
	p.mu.Lock()
	if p.run != l { // it was told to end
		p.mu.Unlock()
		return
	}
	p.falls = append(p.falls, Fall{p.Name, l.cmd.ProcessState.ExitCode()})
	p.mu.Unlock()
	<-time.After(restartAfter)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.run == l {
		_ = p.begin() // it ran before from the same file; Ready tells when it does not now
	}
}

// Kill is kill -9: it returns when the program is gone, which then stays down.
func (p *Process) Kill() {
	if l := p.release(); l != nil {
		_ = l.cmd.Process.Kill() // it may have ended already
		<-l.over
	}
}

// Terminate is SIGTERM and the wait for the end. It gives how long that took; a program that is not down within the
// time, or ends with another code than 0, is an error. Afterwards it is down.
func (p *Process) Terminate(within time.Duration) (took time.Duration, err error) {
	l := p.release()
	if l == nil {
		return 0, nil
	}
	began := time.Now()
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		<-l.over
		return 0, fmt.Errorf("%s had ended before SIGTERM: %s", p.Name, l.cmd.ProcessState)
	}
	select {
	case <-l.over:
	case <-time.After(within):
		_ = l.cmd.Process.Kill()
		<-l.over
		return time.Since(began), fmt.Errorf("%s was not down %s after SIGTERM", p.Name, within)
	}
	if code := l.cmd.ProcessState.ExitCode(); code != 0 {
		return time.Since(began), fmt.Errorf("%s ended with %s after SIGTERM", p.Name, l.cmd.ProcessState)
	}
	return time.Since(began), nil
}

// release takes the present life away from watch; nil when it is down.
func (p *Process) release() *life {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.run
	p.run = nil
	return l
}

// Freeze stops the program in its tracks (SIGSTOP), Thaw lets it go on.
func (p *Process) Freeze() error { return p.signal(syscall.SIGSTOP) }

// Thaw lets a frozen program go on; it believes no time has passed.
func (p *Process) Thaw() error { return p.signal(syscall.SIGCONT) }

func (p *Process) signal(s syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.run == nil {
		return nil
	}
	if err := p.run.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%s to %s: %w", s, p.Name, err)
	}
	return nil
}

// AwaitReady waits until the program says that it is ready. One that ended by itself may come up at the next start.
func (p *Process) AwaitReady(ctx context.Context) error {
	return p.await(ctx, func() error { return nil })
}

// await waits until the program is ready, or hopeless.
func (p *Process) await(ctx context.Context, hopeless func() error) error {
	for {
		err := p.ready(ctx)
		if err == nil {
			return nil
		}
		if err := hopeless(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready (log in %s): %w", p.Name, p.log, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Falls are the ends that nobody asked for.
func (p *Process) Falls() []Fall {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Fall(nil), p.falls...)
}
