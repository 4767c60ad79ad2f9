package handle_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/handle"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
)

// published notes how often each event was published, by id.
type published struct {
	mu  sync.Mutex
	ids map[string]map[string]int // document's number → event id → times
}

func (p *published) Publish(_ context.Context, e event.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ids[e.Key] == nil {
		p.ids[e.Key] = map[string]int{}
	}
	p.ids[e.Key][e.ID]++
	return nil
}

// keepAll drops no credential.
type keepAll struct{}

func (keepAll) Drop(context.Context, string, session.Given) error { return nil }

// TestOneOfFaceResultAndTimerWins runs both sides of the race on several replicas' handlers, straight on the store.
func TestOneOfFaceResultAndTimerWins(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "authinfo.db"))
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	out := &published{ids: map[string]map[string]int{}}
	replica := func() document.Sessions {
		sessions, err := document.OpenSessions(t.Context(), aggregate.Deps{
			Docs: store, Events: out, Clock: clock.Real(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		})
		must(t, err)
		return sessions
	}
	a, b := replica(), replica()
	ends := map[session.State]int{}
	for round := range 60 {
		number := fmt.Sprintf("N%d", round)
		open(t, a, number)
		var all sync.WaitGroup
		result := &kioskv1.FaceResult{Merchant: "acme", OutOrderNo: number, ReturnCode: "SUCCESS"}
		for i, sessions := range []document.Sessions{a, b} {
			due, faceResult := &handle.SessionDue{Sessions: sessions}, &handle.FaceResult{Sessions: sessions, Credentials: keepAll{}}
			all.Go(func() { must(t, due.Expire(t.Context(), "acme", session.ID("acme", number))) })
			if i == round%2 {
				all.Go(func() { must(t, faceResult.Handle(t.Context(), event.Event{}, result)) })
			}
		}
		all.Wait()
		rec, err := a.Documents().Get(t.Context(), session.ID("acme", number))
		must(t, err)
		s := rec.Doc.State
		ends[s.State]++
		if !rec.Doc.DueAt.IsZero() {
			t.Errorf("%s is %s and still due", number, s.State)
		}
		if n := len(out.ids[number]); (s.State == session.Expired) != (n == 1) || n > 1 {
			t.Fatalf("%s is %s with %d different SessionExpired", number, s.State, n)
		}
	}
	if ends[session.Open] != 0 {
		t.Errorf("ends: %v", ends)
	}
}

// open saves a session whose time is over.
func open(t *testing.T, sessions document.Sessions, number string) {
	t.Helper()
	r := session.Request{RequestID: number, Merchant: "acme", ServiceID: "500001", StoreID: "S", StoreName: "S", DeviceID: "D"}
	must(t, sessions.Turn(t.Context(), "acme", session.ID("acme", number), "", func(turn *aggregate.Turn[session.Session]) (aggregate.Decision, error) {
		past := turn.Now.Add(-time.Hour)
		*turn.State = session.New(r, session.Numbers{OutOrderNo: number, OutRequestNo: "R"}, session.Given{}, past, time.Minute, past.Add(time.Minute))
		turn.DueAt = turn.State.ExpiresAt
		return aggregate.Save, nil
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}
