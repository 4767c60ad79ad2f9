//go:build !mongo

package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// This story has SQLite alone: facepay run chooses its store itself.

// process is a real `facepay run` that is killed and started again on one folder and one set of addresses.
type process struct {
	t       *testing.T
	program string
	args    []string
	running *exec.Cmd
	errors  bytes.Buffer
}

// start starts the program and waits for its welcome.
func (p *process) start() {
	p.t.Helper()
	p.running = exec.Command(p.program, p.args...)
	p.running.Stderr = &p.errors
	out, err := p.running.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.running.Start(); err != nil {
		p.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "facepay runs.") {
			go func() { // whatever else it says must not block it
				for lines.Scan() {
				}
			}()
			return
		}
	}
	p.t.Fatalf("facepay did not start: %s", p.errors.String())
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.running.Process.Kill()
	_ = p.running.Wait() // its error is the kill
}

// newProcessWorld is a world whose system is a process of its own.
func newProcessWorld(t *testing.T) (*world, *process) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "facepay")
	if out, err := exec.Command("go", "build", raceFlag, "-o", program, "../cmd/facepay").CombinedOutput(); err != nil {
		t.Fatalf("building facepay: %v\n%s", err, out)
	}
	w := bareWorld(t)
	o := w.options
	p := &process{t: t, program: program, args: []string{
		"run", "--data", o.Dir, "--listen-nats", o.NATS, "--listen-door", o.Door, "--listen-sandbox", o.Provider,
		"--listen-control", o.Control, "--scale", strconv.Itoa(killScale), "--log-level", "debug",
	}}
	p.start()
	t.Cleanup(func() { p.kill() })
	w.connect()
	return w, p
}

// killScale is slower than that of the other stories: facepay run keeps its 30 seconds for opening, and a restart takes
// some of them.
const killScale = 10

func TestKillNineInTheMiddleOfTheLoadLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const customers, kills = 40, 3
	w, p := newProcessWorld(t)
	var visits []*visit
	var numbers []string
	for i := range customers {
		v := w.visit(fmt.Sprintf("K%02d", i))
		visits, numbers = append(visits, v), append(numbers, v.number)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 9))
	done := make(chan error, 1)
	go func() { done <- w.together(visits, impatient) }()
	begun := 20 + dice.IntN(60) // of 160 events: every order has four
	if err := w.until("the load", func() (bool, error) { return w.tracker.Total() >= begun, nil }); err != nil {
		t.Fatal(err)
	}
	for range kills {
		p.kill()
		p.start()
		<-time.After(time.Duration(100+dice.IntN(900)) * time.Millisecond) // the next kill comes at any moment
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	w.quiet(numbers...)
	l := w.ledger(t)
	paid := 0
	for _, number := range numbers {
		// An order that the kills kept from opening in time is cancelled, and its door stayed closed.
		if slices.Contains(names(l.said[number]), "paid") {
			l.endedOnce(t, number, "paid", price)
			paid++
		} else if a := l.endedOnce(t, number, "revoked", 0); a.count("opened") != 0 || !slices.Equal(a.codes("revoked"), []string{"open_timeout"}) {
			t.Errorf("%s: its life was %v, revoked for %v", number, names(a.Said), a.codes("revoked"))
		}
	}
	t.Logf("%d of %d paid", paid, customers)
	if paid == 0 {
		t.Error("nobody bought anything: the story shows nothing")
	}
	text, err := os.ReadFile(filepath.Join(w.options.Dir, "facepay.log"))
	if err != nil {
		t.Fatal(err)
	}
	w.log = &record{}
	_, _ = w.log.Write(text)
	w.secretsStayed(t, numbers...)
}

// impatient is a patient visit whose customer leaves a door that stays closed.
func impatient(v *visit) error {
	err := patient(v)
	for _, s := range v.tracker.Of(v.number) {
		if s.Name == "revoked" && s.Code == "open_timeout" {
			return nil
		}
	}
	return err
}
