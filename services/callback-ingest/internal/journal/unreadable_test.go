package journal_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

// unlike is a notice as another release would write it: its kind is a number.
type unlike struct {
	ID         string
	Kind       int64
	State      string
	ReceivedAt time.Time
}

func TestANoticeThatDoesNotDecodeKeepsNoneBehindItFromBeingFound(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ingest.db"))
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	j, err := journal.Open(t.Context(), store)
	must(t, err)
	others, err := docstore.Open(t.Context(), store, docstore.Spec[unlike]{
		Name: "notices", ID: func(u *unlike) string { return u.ID },
		Fields: []docstore.Field[unlike]{
			{Name: "state", Kind: docstore.String, Value: func(u *unlike) any { return u.State }},
			{Name: "received_at", Kind: docstore.Time, Value: func(u *unlike) any { return u.ReceivedAt }},
		},
		Indexes: []docstore.Index{{Name: "by_state", Fields: []string{"state", "received_at"}}},
	})
	must(t, err)
	whole, err := docstore.Open(t.Context(), store, docstore.Spec[journal.Notice]{
		Name: "notices", ID: func(n *journal.Notice) string { return n.ID },
		Fields: []docstore.Field[journal.Notice]{
			{Name: "state", Kind: docstore.String, Value: func(n *journal.Notice) any { return string(n.State) }},
			{Name: "received_at", Kind: docstore.Time, Value: func(n *journal.Notice) any { return n.ReceivedAt }},
		},
	})
	must(t, err)
	began := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	const n = 450 // three pages
	for _, state := range []journal.State{journal.Waiting, journal.Unroutable} {
		for i := range n {
			id, at := fmt.Sprintf("%s-%d", state, i), began.Add(time.Duration(i)*time.Second)
			if i%100 == 0 {
				must(t, others.Insert(t.Context(), &unlike{ID: id, Kind: 7, State: string(state), ReceivedAt: at}))
			} else {
				must(t, whole.Insert(t.Context(), &journal.Notice{ID: id, Kind: notice.PayScoreOrder, State: state, ReceivedAt: at}))
			}
		}
	}
	const broken = 5

	found := 0
	var told error
	for page, err := range j.WaitingPages(t.Context(), began.Add(time.Hour)) {
		found, told = found+len(page), err
	}
	if found != n-broken || !fault.Is(told, fault.Terminal) {
		t.Errorf("%d of %d waiting ones were found, the last word is %v", found, n-broken, told)
	}
	found, told = 0, nil
	for _, err := range j.Unroutable(t.Context()) {
		if told = err; err == nil {
			found++
		}
	}
	if found != n-broken || !fault.Is(told, fault.Terminal) {
		t.Errorf("%d of %d unroutable ones were found, the last word is %v", found, n-broken, told)
	}
	if at, waits, err := j.OldestWaiting(t.Context()); err != nil || !waits || !at.Equal(began.Add(time.Second)) {
		t.Errorf("the oldest is of %v, %v, %v", at, waits, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
