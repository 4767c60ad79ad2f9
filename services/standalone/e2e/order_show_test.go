package e2e

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/services/authinfo"
	"github.com/facepay-go/facepay/services/cli"
)

// facepay runs an operator's command and gives its output and its error line.
func (w *world) facepay(args ...string) (code int, out, problem string) {
	var stdout, stderr bytes.Buffer
	root := cli.Root("facepay", "")
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	root.SetArgs(append([]string{"--nats", w.NATSURL}, args...))
	code = cli.Main(w.ctx, root, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestOrderShowTellsTheWholeStoryOfAnOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const number = "SHOWN"
	w.fault(number, "create", "lost_answer")
	w.fault(number, "notify", "twice")
	if err := w.together([]*visit{w.visit(number)}, buy); err != nil {
		t.Fatal(err)
	}
	w.quiet(number)
	l := w.ledger(t)
	a := l.endedOnce(t, number, "paid", price)

	t.Run("for people", func(t *testing.T) {
		code, out, problem := w.facepay("order", "show", number)
		if code != 0 {
			t.Fatal(problem)
		}
		for _, part := range []string{
			"order " + number, "PAID", "ATTEMPT → OPENING", "OPENING → IN_SERVICE", "IN_SERVICE → COMPLETING",
			"WeChat create: unknown", "WeChat create: accepted", "WeChat complete: accepted", "request_id=",
			"session opened", "WeChat told", "kiosk.face_result", "kiosk.service_ended", "order.opened", "order.paid", "notify.payscore_order",
			"transaction_id", "350",
		} {
			if !strings.Contains(out, part) {
				t.Errorf("it does not show %q", part)
			}
		}
		if t.Failed() {
			t.Log(out)
		}
	})
	t.Run("as JSON", func(t *testing.T) { w.tellsEverything(t, number, a) })
	t.Run("of a number nobody heard of, it says so", func(t *testing.T) {
		for _, args := range [][]string{{"order", "show", "NOBODY"}, {"order", "show", "NOBODY", "--merchant", w.Merchant}} {
			if code, out, problem := w.facepay(args...); code == 0 || out != "" || !strings.Contains(problem, "NOBODY") {
				t.Errorf("%v: code %d, %q, %q", args, code, out, problem)
			}
		}
	})
	t.Run("with a service that does not answer, it names it and tells the rest", func(t *testing.T) {
		if err := w.StopService(w.ctx, authinfo.Name); err != nil {
			t.Fatal(err)
		}
		code, out, problem := w.facepay("order", "show", number)
		const silent = "not answering, its part is missing: authinfo"
		if code != 0 || !strings.Contains(out, silent) || !strings.Contains(problem, silent) {
			t.Errorf("code %d, %s, %s", code, problem, out)
		}
		for _, part := range []string{"OPENING → IN_SERVICE", "WeChat told", "order.paid"} {
			if !strings.Contains(out, part) {
				t.Errorf("it hides %q", part)
			}
		}
	})
}

// tellsEverything compares the story with what provider and streams hold.
func (w *world) tellsEverything(t *testing.T, number string, a account) {
	code, out, problem := w.facepay("order", "show", number, "--json")
	var story cli.Story
	if err := json.Unmarshal([]byte(out), &story); code != 0 || err != nil {
		t.Fatal(code, problem, err)
	}
	shown := map[string]bool{}
	for _, l := range story.Lines {
		for _, d := range l.Details {
			shown[l.Kind+" "+d.Label+" "+d.Value] = true
		}
	}
	for _, c := range a.Requests.Calls {
		// The answer of the first create was lost, and its Request-ID with it.
		if c.Operation != "create" && !shown["call request_id "+c.RequestID] {
			t.Errorf("the %s with Request-ID %s is not told", c.Operation, c.RequestID)
		}
	}
	for _, e := range append(a.Said, a.Told...) {
		if !shown["event event_id "+e.ID] {
			t.Errorf("the event %s %s is not told", e.Name, e.ID)
		}
	}
	if !slices.IsSortedFunc(story.Lines, func(a, b cli.Line) int { return a.At.Compare(b.At) }) {
		t.Error("the lines are not in the order of time")
	}
	if len(story.Silent) > 0 {
		t.Errorf("silent: %v", story.Silent)
	}
	for _, l := range story.Lines {
		if l.At.IsZero() || l.Source == "" || l.Title == "" {
			t.Errorf("an empty line: %+v", l)
		}
	}
}
