package consent

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestARandomLifeKeepsEveryPromise: whatever WeChat answers and notifies, in whatever order,
//   - a final consent never changes, and its end is told once;
//   - it is AUTHORISED only by an answer about this user or a notification of our code and this user;
//   - one code has one body, and a code is given up only after a doubt;
//   - a consent that is not final has something to do, a final one has nothing and keeps neither user nor token;
//   - it ends when WeChat answers, whatever happened before.
func TestARandomLifeKeepsEveryPromise(t *testing.T) {
	answers := []Meaning{Available, NotAvailable, Unclear, Foreign, Granted, Later, Doubtful, Misconfigured, Denied}
	rapid.Check(t, func(t *rapid.T) {
		d := begin()
		bodies := map[string][]byte{}
		var proof bool
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			before := d.Consent
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				o := Opened{
					Code:    rapid.SampledFrom([]string{"", d.Code, "OTHER"}).Draw(t, "code"),
					UserKey: rapid.SampledFrom([]string{"alice", "bob"}).Draw(t, "user"), Shows: rapid.Bool().Draw(t, "shows"),
					KnownAs: rapid.SampledFrom([]KnownAs{OpenID, SubOpenID}).Draw(t, "known as"),
				}
				proof = proof || o.Code == d.Code && d.Code != "" && o.UserKey == "alice" && o.Shows
				d.notify(o)
			case 1:
				d.now = d.now.Add(time.Duration(rapid.IntRange(0, 1800).Draw(t, "seconds")) * time.Second)
			default:
				if d.State.Final() {
					continue
				}
				m := rapid.SampledFrom(possible(d.Todo.Op, answers)).Draw(t, "answer")
				proof = proof || m == Available
				d.answer(m, Configuration)
			}
			check(t, d, before, bodies, proof)
		}
		for rounds := 0; !d.State.Final(); rounds++ {
			if rounds > 200 {
				t.Fatalf("does not end: %+v", d.Consent)
			}
			if d.Todo.Op == OpPreAuthorise {
				d.answer(Granted, "")
			} else {
				d.answer(NotAvailable, "")
			}
		}
	})
}

// possible are the answers a call can have.
func possible(op Op, all []Meaning) []Meaning {
	return slices.DeleteFunc(slices.Clone(all), func(m Meaning) bool {
		switch m {
		case Granted:
			return op != OpPreAuthorise
		case Available, NotAvailable:
			return op == OpPreAuthorise
		case Unclear, Foreign:
			return op != OpQueryCode
		}
		return false
	})
}

func check(t *rapid.T, d *desk, before Consent, bodies map[string][]byte, proof bool) {
	ended := 0
	for _, told := range d.told {
		if told == Ended {
			ended++
		}
	}
	switch {
	case before.State.Final() && (d.State != before.State || d.Reason != before.Reason || d.KnownBy != before.KnownBy):
		t.Fatalf("%s became %s", before.State, d.State)
	case d.State.Final() != (ended == 1) || ended > 1:
		t.Fatalf("%s, its end was told %d times", d.State, ended)
	case d.State == Authorised && !proof:
		t.Fatal("authorised without a proof")
	case d.State.Final() != (d.Todo.Op == ""):
		t.Fatalf("%s has to do %q", d.State, d.Todo.Op)
	case d.State.Final() && (d.User.Ciphertext != nil || d.Token.Ciphertext != nil):
		t.Fatalf("%s and still keeps the user or the token", d.State)
	case before.Code != "" && d.Code != before.Code && before.Request.DoubtAt.IsZero() && before.Request.SentAt.IsZero():
		t.Fatalf("the code %s was given up without a doubt", before.Code)
	}
	if d.State == PreAuthorising {
		if body, known := bodies[d.Code]; known && !bytes.Equal(body, d.Request.Body) {
			t.Fatalf("%s has two bodies", d.Code)
		}
		bodies[d.Code] = bytes.Clone(d.Request.Body)
	}
}
