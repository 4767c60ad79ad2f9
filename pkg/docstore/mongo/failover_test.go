package mongo_test

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

var orders = docstore.Schema{
	Name: "orders", Fields: []docstore.SchemaField{{Name: "ref", Kind: docstore.String}, {Name: "due", Kind: docstore.Time}},
	Indexes: []docstore.Index{{Name: "by_ref", Fields: []string{"ref"}, Unique: true}, {Name: "due", Fields: []string{"due"}}},
}

func collection(t *testing.T, store docstore.Store) docstore.Raw {
	t.Helper()
	raw, err := store.Collection(t.Context(), orders)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestADuplicateThatTheMajorityDoesNotConfirmIsRetry(t *testing.T) {
	duplicate := bson.D{{Key: "index", Value: 0}, {Key: "code", Value: 11000}, {Key: "errmsg", Value: "E11000 duplicate key error"}}
	unconfirmed := bson.D{{Key: "code", Value: 64}, {Key: "codeName", Value: "WriteConcernTimeout"}, {Key: "errmsg", Value: "waiting for replication timed out"}}
	row := docstore.Row{ID: "1", Version: 1, Fields: map[string]any{"ref": "r"}, Body: []byte{5, 0, 0, 0, 0}}
	for name, c := range map[string]struct {
		beside bson.D
		want   fault.Class
	}{
		"confirmed":   {nil, fault.Duplicate},
		"unconfirmed": {bson.D{{Key: "writeConcernError", Value: unconfirmed}}, fault.Retry},
	} {
		t.Run(name, func(t *testing.T) {
			answer := append(bson.D{{Key: "ok", Value: 1}, {Key: "n", Value: 0}, {Key: "writeErrors", Value: bson.A{duplicate}}}, c.beside...)
			raw := collection(t, newServer(t, map[string]bson.D{"insert": answer, "update": answer, "delete": answer}).store(""))
			if errs := raw.InsertMany(t.Context(), []docstore.Row{row}); !fault.Is(errs[0], c.want) {
				t.Errorf("insert: got %v", errs[0])
			}
			next := row
			next.Version = 2
			if errs := raw.ReplaceMany(t.Context(), []docstore.Row{next}); !fault.Is(errs[0], c.want) {
				t.Errorf("replace: got %v", errs[0])
			}
			if _, err := raw.MarkMany(t.Context(), []docstore.Mark{{Field: "due", Value: int64(1)}}, []string{"1"}); !fault.Is(err, c.want) {
				t.Errorf("mark: got %v", err)
			}
		})
	}
}

func TestEveryReadAsksForWhatTheMajorityHas(t *testing.T) {
	s := newServer(t, nil)
	raw := collection(t, s.store("?readConcernLevel=local"))
	sel := docstore.Selection{Index: orders.Indexes[1], Limit: 1}
	_, _ = raw.Get(t.Context(), "1") // what they answer does not matter here
	_, _ = raw.Find(t.Context(), sel)
	_, _ = raw.Marks(t.Context(), "due", []string{"1"})
	_, _ = raw.DeleteMany(t.Context(), sel)
	_, _ = raw.Count(t.Context(), sel)
	reads := append(s.got("find"), s.got("aggregate")...)
	if len(reads) != 5 {
		t.Fatalf("%d reads", len(reads))
	}
	for _, command := range reads {
		if level, _ := command.Lookup("readConcern", "level").StringValueOK(); level != "majority" {
			t.Errorf("%s", command)
		}
	}
}

func TestIndexesHaveTimeToBeBuiltAndLeaveOutWhatIsAbsent(t *testing.T) {
	s := newServer(t, nil)
	collection(t, s.store(""))
	created := s.got("createIndexes")
	if len(created) != 1 {
		t.Fatalf("%d commands", len(created))
	}
	if most, limited := created[0].Lookup("maxTimeMS").AsInt64OK(); limited && time.Duration(most)*time.Millisecond < 30*time.Minute {
		t.Errorf("the server may take %d ms", most)
	}
	unique, due := created[0].Lookup("indexes", "0").Document(), created[0].Lookup("indexes", "1").Document()
	if present, _ := due.Lookup("partialFilterExpression", "f.due", "$exists").BooleanOK(); !present {
		t.Errorf("an index of what may be absent: %s", due)
	}
	if _, err := unique.LookupErr("partialFilterExpression"); err == nil {
		t.Errorf("a unique index: %s", unique)
	}
}
