// Package docstoretest is the conformance suite of docstore: what every implementation must do, and what callers may
// rely on whatever the database is.
package docstoretest

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Run runs the suite. open gives each test an empty store of its own and sees to its end.
func Run(t *testing.T, open func(*testing.T) docstore.Store) {
	for _, test := range []struct {
		promise string
		keep    func(*testing.T, docstore.Store)
	}{
		{"an inserted document is loaded as version 1", insertIsLoaded},
		{"an id is inserted once", insertIsOnce},
		{"a unique value is inserted once", uniqueIsOnce},
		{"InsertMany answers for each document alone", insertManyIsPerDocument},
		{"a missing document is NotFound", missingIsNotFound},
		{"a replace moves the version by one", replaceMovesVersion},
		{"a replace of another version is a Conflict", replaceIsGuarded},
		{"a replace into a taken unique value is a Duplicate", replaceKeepsUnique},
		{"ReplaceMany answers for each document alone", replaceManyIsPerDocument},
		{"a mark moves a document in the indexes and nothing else", markMovesInIndexes},
		{"all marks of one call are set, or none", marksOfOneCall},
		{"marking again changes nothing", markIsIdempotent},
		{"marks stay until the document is replaced", marksStay},
		{"more ids are marked than one statement takes", markManyIds},
		{"a find gives what its query says, in order, page by page", findIsExact},
		{"a document that does not decode is named and takes nothing from the others", unreadableIsNamed},
		{"an absent value is in no index", absentIsInNoIndex},
		{"the cursor of another query is refused", cursorsAreBound},
		{"a count is bounded", countIsBounded},
		{"a delete is bounded and takes the first", deleteIsBounded},
		{"a scan sees every document once while others are inserted", scanIsComplete},
		{"a scan stops where the caller stops", scanStops},
		{"of many inserts of one id one wins", insertRace},
		{"of many inserts of one unique value one wins", uniqueRace},
		{"of many replaces of one version one wins", replaceRace},
		{"of many bulk replaces of one version one wins", replaceManyRace},
		{"no increment is lost between many writers", incrementRace},
		{"many writers are all served", manyWriters},
		{"a document of 15 MiB is kept", bigDocument},
		{"bulk inserts larger than one message answer for each document", bigBatch},
		{"texts of any script are kept and ordered byte by byte", unicodeIsKept},
		{"map keys of any spelling are kept", keysAreKept},
		{"a collection declared again gets its new fields and indexes", declareAgain},
		{"an index that exists with other fields is refused", declareOtherwise},
		{"a context that has ended is Retry", endedContext},
		{"a closed store is Retry", closedStore},
	} {
		t.Run(test.promise, func(t *testing.T) {
			t.Parallel()
			test.keep(t, open(t))
		})
	}
}

// order is the document of the suite.
type order struct {
	ID       string
	Merchant string
	Seq      int64
	State    string
	Done     bool
	Ref      string // unique
	DueAt    time.Time
	Note     string
	Blob     []byte
	Texts    map[string]string
}

func orderSpec() docstore.Spec[order] {
	return docstore.Spec[order]{
		Name: "orders",
		ID:   func(o *order) string { return o.ID },
		Fields: []docstore.Field[order]{
			{Name: "merchant", Kind: docstore.String, Value: func(o *order) any { return o.Merchant }},
			{Name: "seq", Kind: docstore.Int, Value: func(o *order) any { return o.Seq }},
			{Name: "state", Kind: docstore.String, Value: func(o *order) any { return o.State }},
			{Name: "done", Kind: docstore.Bool, Value: func(o *order) any { return o.Done }},
			{Name: "ref", Kind: docstore.String, Value: func(o *order) any { return o.Ref }},
			{Name: "due_at", Kind: docstore.Time, Value: func(o *order) any { return o.DueAt }},
		},
		Indexes: []docstore.Index{
			{Name: "by_ref", Fields: []string{"ref"}, Unique: true},
			{Name: "by_merchant", Fields: []string{"merchant", "seq"}},
			{Name: "by_due", Fields: []string{"due_at"}},
			{Name: "by_state", Fields: []string{"state", "done", "due_at"}},
		},
	}
}

func orders(t *testing.T, store docstore.Store) docstore.Collection[order] {
	t.Helper()
	c, err := docstore.Open(t.Context(), store, orderSpec())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// numbered is an order with a reference of its own.
func numbered(n int) *order {
	id := fmt.Sprintf("o%06d", n)
	return &order{ID: id, Merchant: "m1", Seq: int64(n), State: "open", Ref: "ref-" + id, DueAt: time.UnixMilli(1_760_000_000_000 + int64(n)).UTC()}
}

func insertAll(t *testing.T, c docstore.Collection[order], docs ...*order) {
	t.Helper()
	for i, err := range c.InsertMany(t.Context(), docs) {
		if err != nil {
			t.Fatalf("insert %s: %v", docs[i].ID, err)
		}
	}
}

func wantClass(t *testing.T, err error, class fault.Class) {
	t.Helper()
	if !fault.Is(err, class) {
		t.Errorf("got %v (%v), want %v", err, fault.ClassOf(err), class)
	}
}

// wantStored checks what is stored under the document's id.
func wantStored(t *testing.T, c docstore.Collection[order], version int64, doc *order) {
	t.Helper()
	got, err := c.Get(context.Background(), doc.ID)
	if err != nil {
		t.Errorf("get: %v", err)
		return
	}
	want := docstore.Record[order]{ID: doc.ID, Version: version, Doc: *doc}
	if !bytes.Equal(got.Doc.Blob, doc.Blob) {
		t.Errorf("another blob of %d bytes is stored", len(got.Doc.Blob))
	}
	got.Doc.Blob, want.Doc.Blob = nil, nil // megabytes are not for cmp
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

func ids(page docstore.Page[order]) []string {
	var found []string
	for _, r := range page.Records {
		found = append(found, r.ID)
	}
	return found
}

func wantIDs(t *testing.T, c docstore.Collection[order], q docstore.Query, want ...string) {
	t.Helper()
	page, err := c.Find(t.Context(), q)
	if err != nil {
		t.Errorf("find: %v", err)
		return
	}
	if diff := cmp.Diff(want, ids(page), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}
