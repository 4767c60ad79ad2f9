package sqlite

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/docstore"
)

func plan(id string, version, b int64) docstore.Row {
	fields := map[string]any{"a": "x", "b": b, "c": b%2 == 0}
	if b%3 == 0 {
		delete(fields, "a")
	}
	return docstore.Row{ID: id, Version: version, Fields: fields, Body: fmt.Appendf(nil, "%s at %d", id, version)}
}

// inFile is the row as the file has it.
func inFile(t *rapid.T, raw docstore.Raw, id string) (docstore.Row, bool) {
	table := raw.(*table)
	rows, err := table.load(context.Background(), table.get, id)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) == 0 {
		return docstore.Row{}, false
	}
	return rows[0], true
}

func TestGetGivesWhatTheFileHoldsWhateverWasWritten(t *testing.T) {
	schema := plans
	schema.Name, schema.Indexes = "repeating", schema.Indexes[:1] // values may repeat
	store, _ := openTable(t)
	raw, err := store.Collection(t.Context(), schema)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.writer.tx.strings("PRAGMA synchronous = OFF"); err != nil { // no power is lost here
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		if err := store.writer.do(context.Background(), 1, func(tx *transaction) error {
			tx.touchedMany()
			_, err := tx.exec("DELETE FROM repeating")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		id := rapid.SampledFrom([]string{"i", "j", "k"})
		version, b := rapid.Int64Range(1, 5), rapid.Int64Range(0, 9)
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(t *rapid.T) {
				raw.InsertMany(context.Background(), []docstore.Row{plan(id.Draw(t, "id"), 1, b.Draw(t, "b"))})
			},
			"replace": func(t *rapid.T) {
				raw.ReplaceMany(context.Background(), []docstore.Row{plan(id.Draw(t, "id"), version.Draw(t, "version")+1, b.Draw(t, "b"))})
			},
			"mark": func(t *rapid.T) {
				if _, err := raw.MarkMany(context.Background(), []docstore.Mark{{Field: "a", Value: rapid.SampledFrom([]any{"y", nil}).Draw(t, "a")}}, []string{id.Draw(t, "id")}); err != nil {
					t.Fatal(err)
				}
			},
			"delete": func(t *rapid.T) {
				if _, err := raw.DeleteMany(context.Background(), docstore.Selection{Index: schema.Indexes[0], Limit: 1}); err != nil {
					t.Fatal(err)
				}
			},
			"write and change in one group": func(t *rapid.T) {
				row := plan(id.Draw(t, "id"), 1, b.Draw(t, "b"))
				release := hold(store)
				var group sync.WaitGroup
				group.Go(func() { raw.InsertMany(context.Background(), []docstore.Row{row}) })
				group.Go(func() {
					_, _ = raw.MarkMany(context.Background(), []docstore.Mark{{Field: "a", Value: "z"}}, []string{row.ID})
				})
				release()
				group.Wait()
			},
			"fail": func(t *rapid.T) {
				row := plan(id.Draw(t, "id"), version.Draw(t, "version")+1, b.Draw(t, "b"))
				err := store.writer.do(context.Background(), 1, func(tx *transaction) error {
					tx.wrote(raw.(*table).place(row.ID), row)
					return docstore.Away(errors.New("input/output error"), "write")
				})
				if err == nil {
					t.Fatal("the group was kept")
				}
			},
			"": func(t *rapid.T) {
				for _, id := range []string{"i", "j", "k"} {
					want, stored := inFile(t, raw, id)
					got, err := raw.Get(context.Background(), id)
					if (err == nil) != stored || !reflect.DeepEqual(got, want) {
						t.Fatalf("%s: got %v (%v), the file holds %v", id, got, err, want)
					}
				}
			},
		})
	})
}

// What one reader saw in the file, no later reader may miss.
func TestGetIsNeverBehindWhatAReaderOfTheFileSaw(t *testing.T) {
	_, raw := openTable(t)
	if err := raw.InsertMany(t.Context(), []docstore.Row{plan("i", 1, 1)})[0]; err != nil {
		t.Fatal(err)
	}
	var writing sync.WaitGroup
	writing.Go(func() {
		for version := int64(2); version < 300; version++ {
			if err := raw.ReplaceMany(context.Background(), []docstore.Row{plan("i", version, 1)})[0]; err != nil {
				t.Error(err)
			}
		}
	})
	defer writing.Wait()
	for {
		page, err := raw.Find(t.Context(), docstore.Selection{Index: plans.Indexes[0], Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		row, err := raw.Get(t.Context(), "i")
		if err != nil {
			t.Fatal(err)
		}
		if row.Version < page[0].Version {
			t.Fatalf("version %d is given, and %d was seen before", row.Version, page[0].Version)
		}
		if row.Version == 299 {
			return
		}
	}
}

func TestARowIsForgottenBeforeItsChangeIsCommitted(t *testing.T) {
	store, raw := openTable(t)
	row := plan("i", 1, 1)
	if err := raw.InsertMany(t.Context(), []docstore.Row{row})[0]; err != nil {
		t.Fatal(err)
	}
	at := raw.(*table).place("i")
	if _, known := store.recent.get(at); !known {
		t.Error("what was inserted is not remembered")
	}
	if err := store.writer.do(t.Context(), 1, func(tx *transaction) error {
		tx.wrote(at, row)
		if _, known := store.recent.get(at); known {
			t.Error("what is about to change is still given")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, known := store.recent.get(at); !known {
		t.Error("what was committed is not remembered")
	}
}

func TestWhatIsTakenFromRecentRowsIsItsTakersOwn(t *testing.T) {
	_, raw := openTable(t)
	if err := raw.InsertMany(t.Context(), []docstore.Row{plan("i", 1, 1)})[0]; err != nil {
		t.Fatal(err)
	}
	first, err := raw.Get(t.Context(), "i")
	if err != nil {
		t.Fatal(err)
	}
	first.Body[0] = '!'
	second, err := raw.Get(t.Context(), "i")
	if err != nil || second.Body[0] == '!' {
		t.Errorf("got %q, %v", second.Body, err)
	}
}

func TestRecentRowsAreBounded(t *testing.T) {
	r := newRecent()
	body := make([]byte, recentBytes/32)
	for n := range 200 {
		r.remember(map[place]docstore.Row{{"plans", fmt.Sprint(n)}: {Body: body}})
	}
	if kept := len(r.young) + len(r.old); kept > 64 || kept < 32 {
		t.Errorf("%d rows of a 32nd are kept, two generations are at most 64", kept)
	}
	if _, known := r.get(place{"plans", "199"}); !known {
		t.Error("the newest is not among them")
	}
	r.remember(map[place]docstore.Row{{"plans", "large"}: {Body: make([]byte, recentBytes)}})
	if _, known := r.get(place{"plans", "large"}); known {
		t.Error("a row as large as all of them is kept")
	}
}
