package docstore

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"
)

// alike holds that plain gives what the driver gives, if it gives anything.
func alike(t *rapid.T, c codec, body []byte) (decoded bool) {
	var ours, drivers wide
	if !c.plain.decode(body, &ours) {
		if diff := cmp.Diff(wide{}, ours); diff != "" {
			t.Fatalf("something is left in a document that is left to the driver:\n%s", diff)
		}
		return false
	}
	if err := bson.Unmarshal(body, &drivers); err != nil {
		t.Fatalf("the driver refuses what we decode: %v", err)
	}
	if diff := cmp.Diff(drivers, ours); diff != "" {
		t.Fatalf("(-driver +ours):\n%s", diff)
	}
	return true
}

func TestWhatIsDecodedWithoutTheDriverIsWhatItWouldGive(t *testing.T) {
	c := codecFor[wide](t)
	rapid.Check(t, func(t *rapid.T) {
		in := wides(1).Draw(t, "doc")
		in.Digest, in.Pair = [4]byte{}, [2]int64{}
		if in.Self != nil {
			in.Self.Digest, in.Self.Pair = [4]byte{}, [2]int64{}
		}
		body, err := c.encode("things", &in)
		if err != nil {
			t.Fatal(err)
		}
		nulls := false // nil pointers in a list, which are the driver's
		for _, list := range [][]*inner{in.PtrList2} {
			for _, p := range list {
				nulls = nulls || p == nil
			}
		}
		if in.Self != nil {
			for _, p := range in.Self.PtrList2 {
				nulls = nulls || p == nil
			}
		}
		if decoded := alike(t, c, body); decoded == nulls {
			t.Fatalf("decoded without the driver: %v, with nulls: %v", decoded, nulls)
		}
	})
}

func TestTornAndBentDocumentsAreDecodedAsTheDriverWouldOrLeftToIt(t *testing.T) {
	c := codecFor[wide](t)
	rapid.Check(t, func(t *rapid.T) {
		in := wides(1).Draw(t, "doc")
		in.Digest, in.Pair, in.PtrList2 = [4]byte{}, [2]int64{}, nil
		body, err := c.encode("things", &in)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(t, "bends") {
			at := rapid.IntRange(0, len(body)-1).Draw(t, "at")
			body[at] = rapid.Byte().Draw(t, "byte")
		}
		if cut := rapid.IntRange(0, 20).Draw(t, "cut"); cut == 0 {
			body = body[:rapid.IntRange(0, len(body)).Draw(t, "left")]
		}
		alike(t, c, body)
	})
}

func TestAFieldThatComesTwiceIsLeftToTheDriver(t *testing.T) {
	body, err := bson.Marshal(bson.D{{Key: "text", Value: "a"}, {Key: "text", Value: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	if codecFor[wide](t).plain.decode(body, new(wide)) {
		t.Error("decoded")
	}
}

// BenchmarkDecode compares the two on a document as an order's.
func BenchmarkDecode(b *testing.B) {
	c := codecFor[wide](b)
	note, at := "a note", time.UnixMilli(1_760_000_000_000).UTC()
	one := inner{Amount: 350, At: at, Note: &note}
	body, err := c.encode("things", &wide{
		Text: "a text", State: "OPENING", Amount: 350, Bytes: make([]byte, 800), PtrInner: &one, Inners: []inner{one, one, one, one},
		List: []string{"a", "b", "c"}, Times: []time.Time{at, at}, Self: &wide{Text: "another", Inners: []inner{one, one}},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !c.plain.decode(body, new(wide)) {
				b.Fatal("left to the driver")
			}
		}
	})
	b.Run("driver", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := bson.Unmarshal(body, new(wide)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
