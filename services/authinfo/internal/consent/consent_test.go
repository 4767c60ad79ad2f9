package consent

import (
	"bytes"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// scribe writes bytes that name the code, or refuses.
type scribe struct{ err error }

func (s scribe) PreAuthorise(serviceID, code string) ([]byte, error) {
	return []byte(serviceID + " " + code), s.err
}

// desk plays one consent through time.
type desk struct {
	Consent
	now  time.Time
	mint int
	told []Told
}

func begin() *desk {
	d := &desk{now: noon}
	d.Consent = New(Wish{OutOrderNo: "N1", ServiceID: "500001", UserKey: "alice", User: Sealed{Ciphertext: []byte("x")}, KnownAs: OpenID}, noon, DefaultTimers())
	return d
}

func (d *desk) env() Env {
	d.mint++
	return Env{Now: d.now, Timers: DefaultTimers(), Scribe: scribe{}, Code: "CODE" + strconv.Itoa(d.mint)}
}

// answer makes the next call at its time and answers it.
func (d *desk) answer(m Meaning, reason string) {
	if d.Todo.At.After(d.now) {
		d.now = d.Todo.At
	}
	d.Begin(d.now)
	told, _ := d.Answered(d.env(), Answer{
		Op: d.Todo.Op, Seq: d.Todo.Seq, Meaning: m, Reason: reason, Token: Sealed{Ciphertext: []byte("token")}, SentAt: d.now,
	})
	d.hear(told)
}

func (d *desk) notify(o Opened) {
	told, _ := d.Notified(d.env(), o)
	d.hear(told)
}

func (d *desk) hear(told Told) {
	if told != Nothing {
		d.told = append(d.told, told)
	}
}

// play is a story told in words.
func (d *desk) play(steps ...any) *desk {
	for _, s := range steps {
		switch s := s.(type) {
		case Meaning:
			d.answer(s, Rule)
		case Opened:
			d.notify(s)
		case time.Duration:
			d.now = d.now.Add(s)
		}
	}
	return d
}

func ours(code string) Opened {
	return Opened{Code: code, UserKey: "alice", KnownAs: OpenID, Shows: true}
}

func TestEveryWayAConsentCanGo(t *testing.T) {
	for name, c := range map[string]struct {
		steps       []any
		state       State
		by, reason  string
		op          Op
		told, mints int
	}{
		"authorised long ago":                  {steps: []any{Available}, state: Authorised, by: ByQuery, told: 1},
		"asked again until there is an answer": {steps: []any{Doubtful, Later, Misconfigured, Available}, state: Authorised, by: ByQuery, told: 1},
		"a need-confirm service":               {steps: []any{Denied}, state: Refused, reason: Rule, told: 1},
		"waiting":                              {steps: []any{NotAvailable, Granted}, state: AwaitingUser, op: OpQueryCode, told: 1},
		"the notification comes":               {steps: []any{NotAvailable, Granted, ours("CODE1")}, state: Authorised, by: ByNotification, told: 2},
		"no notification comes":                {steps: []any{NotAvailable, Granted, NotAvailable, Available}, state: Authorised, by: ByQuery, told: 2},
		"nobody is named under our code":       {steps: []any{NotAvailable, Granted, Unclear}, state: AwaitingUser, op: OpQueryUser, told: 1},
		"and it is our user":                   {steps: []any{NotAvailable, Granted, Unclear, Available}, state: Authorised, by: ByQuery, told: 2},
		"another user by query":                {steps: []any{NotAvailable, Granted, Foreign}, state: Refused, reason: OtherUser, told: 2},
		"another user by notification":         {steps: []any{NotAvailable, Granted, Opened{Code: "CODE1", UserKey: "bob", KnownAs: OpenID, Shows: true}}, state: Refused, reason: OtherUser, told: 2},
		"a user whom the notification hides":   {steps: []any{NotAvailable, Granted, Opened{Code: "CODE1", UserKey: "sub", KnownAs: SubOpenID, Shows: true}}, state: AwaitingUser, op: OpQueryUser, told: 1},
		"an opening that was closed since":     {steps: []any{NotAvailable, Granted, Opened{Code: "CODE1", UserKey: "alice", KnownAs: OpenID}}, state: AwaitingUser, op: OpQueryUser, told: 1},
		"our user, by another way":             {steps: []any{NotAvailable, Granted, Opened{UserKey: "alice", KnownAs: OpenID, Shows: true}}, state: AwaitingUser, op: OpQueryUser, told: 1},
		"another user's own authorisation":     {steps: []any{NotAvailable, Granted, Opened{UserKey: "bob", KnownAs: OpenID, Shows: true}}, state: AwaitingUser, op: OpQueryCode, told: 1},
		"by another way while we ask":          {steps: []any{NotAvailable, Opened{UserKey: "alice", KnownAs: OpenID, Shows: true}, Granted}, state: AwaitingUser, op: OpQueryUser, told: 1},
		"refused outright":                     {steps: []any{NotAvailable, Denied}, state: Refused, reason: Rule, told: 1},
		"refused after a doubt: a new code":    {steps: []any{NotAvailable, Doubtful, Denied}, state: PreAuthorising, op: OpPreAuthorise},
		"refused after three doubts":           {steps: []any{NotAvailable, Doubtful, Denied, Doubtful, Denied, Doubtful, Denied}, state: Refused, reason: Rule, told: 1},
		"a late notification changes nothing":  {steps: []any{Denied, ours(""), ours("CODE1")}, state: Refused, reason: Rule, told: 1},
		"nobody answers":                       {steps: []any{Doubtful, 5 * time.Minute, Doubtful}, state: Expired, reason: TokenExpired, told: 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := begin().play(c.steps...)
			if d.State != c.state || d.KnownBy != c.by || d.Reason != c.reason || d.Todo.Op != c.op || len(d.told) != c.told {
				t.Errorf("%s by %q for %q, next %q, told %v", d.State, d.KnownBy, d.Reason, d.Todo.Op, d.told)
			}
		})
	}
}

func TestWhoNeverComesExpiresAfterTheTokenAndOneLastQuestionAboutTheUser(t *testing.T) {
	d := begin().play(NotAvailable, Granted)
	granted := d.now
	var gaps []time.Duration
	asked := d.now
	var last Op
	for !d.State.Final() {
		gaps = append(gaps, d.Todo.At.Sub(asked))
		asked, last = d.Todo.At, d.Todo.Op
		d.answer(NotAvailable, "")
	}
	want := []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 2 * time.Minute}
	for i, w := range want {
		if gaps[i] != w {
			t.Errorf("gap %d is %v, want %v", i, gaps[i], w)
		}
	}
	if d.State != Expired || d.Reason != TokenExpired || last != OpQueryUser || d.EndedAt.Sub(granted) != time.Hour+time.Minute {
		t.Errorf("%s for %s after %v, the last question %s", d.State, d.Reason, d.EndedAt.Sub(granted), last)
	}
}

func TestAConsentEndsBeforeOrderLifecycleStopsWaitingForIt(t *testing.T) {
	const authoriseWithin = 70 * time.Minute // its default
	d := begin()
	d.now = noon.Add(DefaultTimers().Try - time.Millisecond) // the token comes as late as it can
	d.Todo.At = d.now
	d.play(NotAvailable, Granted)
	for !d.State.Final() {
		d.answer(Doubtful, "")
	}
	if took := d.EndedAt.Sub(noon); took > authoriseWithin {
		t.Errorf("ended after %v", took)
	}
}

func TestAConsentEndsInTimeWhateverAnswerLasts(t *testing.T) {
	all := []Meaning{Available, NotAvailable, Unclear, Foreign, Granted, Later, Doubtful, Misconfigured, Denied}
	for _, lasting := range all {
		for name, d := range map[string]*desk{
			"querying": begin(), "pre-authorising": begin().play(NotAvailable), "awaiting": begin().play(NotAvailable, Granted),
		} {
			calls := 0
			for ; !d.State.Final() && calls < 200; calls++ {
				switch {
				case slices.Contains(possible(d.Todo.Op, all), lasting):
					d.answer(lasting, Rule)
				case d.Todo.Op == OpPreAuthorise:
					d.answer(Granted, "")
				default:
					d.answer(NotAvailable, "")
				}
			}
			if took := d.now.Sub(noon); !d.State.Final() || took > 70*time.Minute {
				t.Errorf("%s, and from then on %s: %s after %v and %d calls", name, lasting, d.State, took, calls)
			}
		}
	}
}

func TestWhoAuthorisedElsewhereIsFoundByTheLastQuestion(t *testing.T) {
	d := begin().play(NotAvailable, Granted)
	for d.Todo.Op == OpQueryCode {
		d.answer(NotAvailable, "")
	}
	if d.play(Doubtful, Available); d.State != Authorised {
		t.Errorf("%s, next %s", d.State, d.Todo.Op)
	}
}

func TestARepeatedSendHasTheSameBytesAndAnInterruptedOneIsADoubt(t *testing.T) {
	d := begin().play(NotAvailable)
	body := bytes.Clone(d.Request.Body)
	d.Begin(d.now) // its process dies
	d.play(Later, Later, Doubtful)
	if !bytes.Equal(d.Request.Body, body) || d.Request.DoubtAt.IsZero() || d.Request.Tries != 4 {
		t.Errorf("request is %+v", d.Request)
	}
}

func TestAnAnswerToAnOlderCallIsNotTaken(t *testing.T) {
	d := begin().play(NotAvailable, Granted)
	old := d.Todo
	d.play(Opened{UserKey: "alice", KnownAs: OpenID, Shows: true})
	if _, changed := d.Answered(d.env(), Answer{Op: old.Op, Seq: old.Seq, Meaning: Foreign}); changed || d.State != AwaitingUser {
		t.Errorf("changed is %v, %s", changed, d.State)
	}
}

func TestAConfigurationThatMakesNoRequestIsRefusedAsOne(t *testing.T) {
	d := begin()
	env := d.env()
	env.Scribe = scribe{fault.Invalid("notify_url", "too_long", "x")}
	d.Answered(env, Answer{Op: OpQueryUser, Seq: d.Todo.Seq, Meaning: NotAvailable})
	if d.State != Refused || d.Reason != Configuration {
		t.Errorf("%s for %s", d.State, d.Reason)
	}
}

func TestTimersThatShrinkOrAreMissingAreRefused(t *testing.T) {
	for field, change := range map[string]func(*Timers){
		"consent.poll":       func(t *Timers) { t.Poll = nil },
		"consent.retry":      func(t *Timers) { t.Retry = []time.Duration{2, 1} },
		"consent.try":        func(t *Timers) { t.Try = 0 },
		"consent.margin":     func(t *Timers) { t.Margin = 0 },
		"consent.last":       func(t *Timers) { t.Last = -1 },
		"consent.token_life": func(t *Timers) { t.TokenLife = 0 },
	} {
		timers := DefaultTimers()
		change(&timers)
		if err := timers.Validate(); fault.FieldOf(err) != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := DefaultTimers().Validate(); err != nil {
		t.Error(err)
	}
}
