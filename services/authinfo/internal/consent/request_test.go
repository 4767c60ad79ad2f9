package consent

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAPreAuthorisationIsGrantedOrRefusedOnceAndItsCodeChangesOnlyAfterADoubt(t *testing.T) {
	for name, c := range map[string]struct {
		answers []Meaning
		state   RequestState
		code    string
		tries   int
	}{
		"granted":                          {[]Meaning{Granted}, Given, "CODE1", 1},
		"granted once":                     {[]Meaning{Granted, Denied, Granted}, Given, "CODE1", 1},
		"refused":                          {[]Meaning{Denied, Granted}, Declined, "CODE1", 1},
		"the same bytes after a doubt":     {[]Meaning{Doubtful, Later, Misconfigured}, Asking, "CODE1", 3},
		"another code after doubt and no":  {[]Meaning{Doubtful, Denied}, Asking, "CODE3", 0},
		"which is granted":                 {[]Meaning{Doubtful, Denied, Granted}, Given, "CODE3", 1},
		"refused although in doubt thrice": {[]Meaning{Doubtful, Denied, Doubtful, Denied, Doubtful, Denied}, Declined, "CODE5", 2},
	} {
		d := &desk{now: noon}
		p, err := NewPreAuthorisation(d.env(), "r1", "digest", "500001")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range c.answers {
			if p.State == Asking {
				p.Begin(d.now)
			}
			p.Answered(Env{Now: d.now, Timers: DefaultTimers(), Scribe: scribe{}, Code: d.env().Code}, p.Code, Answer{Meaning: m, SentAt: d.now})
		}
		if p.State != c.state || p.Code != c.code || p.Request.Tries != c.tries {
			t.Errorf("%s: %s, code %s, %d sends", name, p.State, p.Code, p.Request.Tries)
		}
		if p.State == Given && (!p.Opens(noon.Add(time.Hour-1)) || p.Opens(noon.Add(time.Hour))) {
			t.Errorf("%s: the token does not last for an hour", name)
		}
	}
}

func TestAnAnswerUnderACodeThatWasGivenUpIsNotTaken(t *testing.T) {
	d := &desk{now: noon}
	p, _ := NewPreAuthorisation(d.env(), "r1", "digest", "500001")
	if p.Answered(d.env(), "CODE0", Answer{Meaning: Granted}) || p.State != Asking {
		t.Errorf("%s by an answer of another code", p.State)
	}
}

func TestEveryWayATerminationCanGo(t *testing.T) {
	for name, c := range map[string]struct {
		answers []Meaning
		state   RequestState
		reason  string
		op      Op
	}{
		"ended":                                   {[]Meaning{Accepted}, Withdrawn, "", ""},
		"unfinished orders":                       {[]Meaning{Contested, Available}, Declined, UnfinishedOrders, ""},
		"nothing to end":                          {[]Meaning{Contested, NotAvailable}, Declined, NotAuthorised, ""},
		"ended by a send without an answer":       {[]Meaning{Doubtful, Contested, NotAvailable}, Withdrawn, "", ""},
		"refused after a send without answer":     {[]Meaning{Doubtful, Denied, Available}, Declined, UnfinishedOrders, ""},
		"a rule":                                  {[]Meaning{Denied}, Declined, Rule, ""},
		"asked again for ever":                    {[]Meaning{Later, Doubtful, Misconfigured, Later, Later, Later, Later, Later}, Asking, "", OpTerminate},
		"the query has no answer":                 {[]Meaning{Contested, Doubtful}, Asking, "", OpQuery},
		"a doubtful query is no doubtful send":    {[]Meaning{Contested, Doubtful, NotAvailable}, Declined, NotAuthorised, ""},
		"an answer after the end changes nothing": {[]Meaning{Accepted, Available}, Withdrawn, "", ""},
	} {
		end := NewTermination("r1", "digest", "500001", noon)
		for _, m := range c.answers {
			end.Begin(end.Todo.At)
			end.Answered(end.Todo.At, Answer{Op: end.Todo.Op, Seq: end.Todo.Seq, Meaning: m, Reason: Rule})
		}
		if end.State != c.state || end.Reason != c.reason || end.Todo.Op != c.op {
			t.Errorf("%s: %s for %q, next %q", name, end.State, end.Reason, end.Todo.Op)
		}
	}
}

func TestARandomTerminationEndsOnceAndNeverWithoutCause(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		end := NewTermination("r1", "digest", "500001", noon)
		doubted, contested := false, false
		for range rapid.IntRange(1, 20).Draw(t, "answers") {
			before := end
			m := rapid.SampledFrom([]Meaning{Accepted, Contested, Denied, Available, NotAvailable, Later, Doubtful, Misconfigured}).Draw(t, "answer")
			switch query := end.Todo.Op == OpQuery; {
			case query && (m == Accepted || m == Contested), !query && (m == Available || m == NotAvailable):
				continue
			}
			doubted = doubted || m == Doubtful && end.Todo.Op == OpTerminate
			contested = contested || m == Contested
			end.Begin(end.Todo.At)
			end.Answered(end.Todo.At, Answer{Op: end.Todo.Op, Seq: end.Todo.Seq, Meaning: m, Reason: Rule})
			switch {
			case before.State != Asking && end.State != before.State:
				t.Fatalf("%s became %s", before.State, end.State)
			case before.State == Asking && end.State == Withdrawn && m != Accepted && !(m == NotAvailable && doubted):
				t.Fatalf("ended by %s", m)
			case end.Reason == UnfinishedOrders && !contested && !doubted:
				t.Fatal("unfinished orders without WeChat's no")
			}
		}
	})
}

func TestAClosingAroundTheRequestIsTheMerchants(t *testing.T) {
	end := NewTermination("r1", "digest", "500001", noon)
	if end.Explains(noon) {
		t.Error("nothing was sent")
	}
	end.Begin(noon)
	inFlight := end
	end.Answered(noon, Answer{Op: OpTerminate, Seq: end.Todo.Seq, Meaning: Accepted})
	declined := inFlight
	declined.Answered(noon, Answer{Op: OpTerminate, Seq: declined.Todo.Seq, Meaning: Denied})
	for _, c := range []struct {
		end  Termination
		at   time.Duration
		want bool
	}{
		{end, 0, true}, {end, 30 * time.Second, true}, {end, -30 * time.Second, true}, {end, time.Hour, false}, {end, -time.Hour, false},
		{inFlight, time.Hour, true}, {declined, 0, false},
	} {
		if got := c.end.Explains(noon.Add(c.at)); got != c.want {
			t.Errorf("%s, closed %v after: %v", c.end.State, c.at, got)
		}
	}
}
