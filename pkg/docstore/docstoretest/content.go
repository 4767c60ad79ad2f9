package docstoretest

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

const mib = 1 << 20

func bigDocument(t *testing.T, store docstore.Store) {
	c, doc := orders(t, store), numbered(1)
	doc.Blob = bytes.Repeat([]byte("0123456789abcdef"), 15*mib/16-64)
	insertAll(t, c, doc)
	wantStored(t, c, 1, doc)
	doc.Blob[0] = 'x'
	if err := c.Replace(t.Context(), doc, 1); err != nil {
		t.Fatal(err)
	}
	wantStored(t, c, 2, doc)
	doc.Blob = make([]byte, 15*mib)
	wantClass(t, c.Replace(t.Context(), doc, 2), fault.Terminal)
}

// bigBatch is more than the 48 MB that one MongoDB message holds.
func bigBatch(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(4))
	docs := make([]*order, 5)
	blob := bytes.Repeat([]byte("0123456789abcdef"), 10*mib/16)
	for n := range docs {
		docs[n] = numbered(n)
		docs[n].Blob = blob
	}
	wantClasses(t, c.InsertMany(t.Context(), docs), []fault.Class{0, 0, 0, 0, fault.Duplicate})
	rs := make([]docstore.Replacement[order], len(docs))
	for n, doc := range docs {
		rs[n] = docstore.Replacement[order]{Doc: *doc, Expected: 1}
	}
	rs[1].Expected, rs[4].Doc.Ref = 2, docs[0].Ref
	wantClasses(t, c.ReplaceMany(t.Context(), rs), []fault.Class{0, fault.Conflict, 0, 0, fault.Duplicate})
}

func unicodeIsKept(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	texts := []string{"", " ", "A", "a", "a b", "a\u0301", "á", "z", "ß", "ı", "中", "文字 化け", "\uffff", "😀", "\U0010ffff",
		`"'<>&\`, "$in", "a.b", "\t\n\u2028", strings.Repeat("付", 341)}
	for _, text := range texts {
		insertAll(t, c, &order{ID: "id:" + strings.TrimSuffix(text, "付"), Ref: text, Merchant: "m", Note: text})
	}
	slices.Sort(texts)
	var want []string
	for _, text := range texts {
		want = append(want, "id:"+strings.TrimSuffix(text, "付"))
	}
	wantIDs(t, c, docstore.Query{Index: "by_ref"}, want...)
	for i, text := range texts {
		wantStored(t, c, 1, &order{ID: want[i], Ref: text, Merchant: "m", Note: text})
		wantIDs(t, c, docstore.Query{Index: "by_ref", Equal: []any{text}}, want[i])
	}
	mark(t, c, len(texts), "state", "文字", want...)
}

func keysAreKept(t *testing.T, store docstore.Store) {
	c, doc := orders(t, store), numbered(1)
	doc.Texts = map[string]string{"": "empty", "a.b": "dot", "$set": "dollar", "_id": "id", "中": "unicode", " ": "blank"}
	insertAll(t, c, doc)
	wantStored(t, c, 1, doc)
	if err := c.Replace(t.Context(), doc, 1); err != nil {
		t.Fatal(err)
	}
	wantStored(t, c, 2, doc)
}
