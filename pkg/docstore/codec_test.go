package docstore

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

type state string
type level uint8

type inner struct {
	Amount money.Fen
	At     time.Time
	Note   *string
	Levels []level
}

// wide has a field of every shape that a domain struct may have.
type wide struct {
	Text     string
	State    state
	Amount   money.Fen
	Count    int
	Small    int8
	Unsigned uint32
	On       bool
	At       time.Time
	Wait     time.Duration
	Bytes    []byte
	Raw      json.RawMessage
	Digest   [4]byte
	Pair     [2]int64
	Inner    inner
	PtrInner *inner
	PtrInt   *int64
	PtrBool  *bool
	PtrText  *string
	PtrTime  *time.Time
	PtrList  *[]string
	List     []string
	Times    []time.Time
	Inners   []inner
	PtrList2 []*inner
	Amounts  map[string]money.Fen
	ByState  map[state]inner
	Lists    map[string][]int
	Self     *wide
	Renamed  string `bson:"r,omitempty"`
	Derived  string `bson:"-"`
}

func codecFor[T any](t interface{ Fatal(...any) }) codec {
	c, err := newCodec("things", reflect.TypeFor[T]())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func times() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return time.UnixMilli(rapid.Int64Range(-1<<40, 1<<45).Draw(t, "ms")).UTC()
	})
}

func inners() *rapid.Generator[inner] {
	return rapid.Custom(func(t *rapid.T) inner {
		return inner{
			Amount: money.Fen(rapid.Int64().Draw(t, "amount")),
			At:     times().Draw(t, "at"),
			Note:   rapid.Ptr(rapid.String(), true).Draw(t, "note"),
			Levels: rapid.SliceOfN(rapid.Map(rapid.Byte(), func(b byte) level { return level(b) }), 0, 3).Draw(t, "levels"),
		}
	})
}

// keys are map keys: BSON cannot hold a NUL in a name.
func keys() *rapid.Generator[string] {
	return rapid.Map(rapid.String(), func(s string) string { return strings.ReplaceAll(s, "\x00", "") })
}

func wides(depth int) *rapid.Generator[wide] {
	return rapid.Custom(func(t *rapid.T) wide {
		w := wide{
			Text:     rapid.String().Draw(t, "text"),
			State:    state(rapid.String().Draw(t, "state")),
			Amount:   money.Fen(rapid.Int64().Draw(t, "amount")),
			Count:    rapid.Int().Draw(t, "count"),
			Small:    rapid.Int8().Draw(t, "small"),
			Unsigned: rapid.Uint32().Draw(t, "unsigned"),
			On:       rapid.Bool().Draw(t, "on"),
			At:       times().Draw(t, "at"),
			Wait:     time.Duration(rapid.Int64().Draw(t, "wait")),
			Bytes:    rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"),
			Raw:      rapid.SliceOf(rapid.Byte()).Draw(t, "raw"),
			Digest:   [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "digest")),
			Pair:     [2]int64(rapid.SliceOfN(rapid.Int64(), 2, 2).Draw(t, "pair")),
			Inner:    inners().Draw(t, "inner"),
			PtrInner: rapid.Ptr(inners(), true).Draw(t, "ptrInner"),
			PtrInt:   rapid.Ptr(rapid.Int64Range(-1, 1), true).Draw(t, "ptrInt"),
			PtrBool:  rapid.Ptr(rapid.Bool(), true).Draw(t, "ptrBool"),
			PtrText:  rapid.Ptr(rapid.StringN(0, 1, -1), true).Draw(t, "ptrText"),
			PtrTime:  rapid.Ptr(times(), true).Draw(t, "ptrTime"),
			PtrList:  rapid.Ptr(rapid.SliceOfN(rapid.String(), 0, 2), true).Draw(t, "ptrList"),
			List:     rapid.SliceOf(rapid.String()).Draw(t, "list"),
			Times:    rapid.SliceOfN(times(), 0, 3).Draw(t, "times"),
			Inners:   rapid.SliceOfN(inners(), 0, 3).Draw(t, "inners"),
			PtrList2: rapid.SliceOfN(rapid.Ptr(inners(), true), 0, 3).Draw(t, "ptrList2"),
			Amounts:  rapid.MapOfN(keys(), rapid.Map(rapid.Int64(), func(n int64) money.Fen { return money.Fen(n) }), 0, 3).Draw(t, "amounts"),
			ByState:  rapid.MapOfN(rapid.Map(keys(), func(s string) state { return state(s) }), inners(), 0, 3).Draw(t, "byState"),
			Lists:    rapid.MapOfN(keys(), rapid.SliceOfN(rapid.Int(), 0, 3), 0, 3).Draw(t, "lists"),
			Renamed:  rapid.String().Draw(t, "renamed"),
		}
		if depth > 0 {
			w.Self = rapid.Ptr(wides(depth-1), true).Draw(t, "self")
		}
		return w
	})
}

func TestADocumentComesBackFromItsEncodingAsItWas(t *testing.T) {
	c := codecFor[wide](t)
	rapid.Check(t, func(t *rapid.T) {
		in := wides(1).Draw(t, "doc")
		body, err := c.encode("things", &in)
		if err != nil {
			t.Fatal(err)
		}
		var out wide
		if err := c.decode("things", body, &out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(in, out, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("changed on the way (-in +out):\n%s", diff)
		}
	})
}

func TestAPointerToAZeroValueStaysAPointer(t *testing.T) {
	zero, no, blank, never, none := int64(0), false, "", time.Time{}, []string(nil)
	c := codecFor[wide](t)
	body, err := c.encode("things", &wide{PtrInt: &zero, PtrBool: &no, PtrText: &blank, PtrTime: &never, PtrList: &none, PtrInner: &inner{}})
	if err != nil {
		t.Fatal(err)
	}
	var out wide
	if err := c.decode("things", body, &out); err != nil {
		t.Fatal(err)
	}
	if out.PtrInt == nil || out.PtrBool == nil || out.PtrText == nil || out.PtrTime == nil || out.PtrList == nil || out.PtrInner == nil {
		t.Errorf("a pointer was lost: %+v", out)
	}
}

func TestTimesAreCutToMillisecondsInUTC(t *testing.T) {
	type doc struct{ At time.Time }
	c := codecFor[doc](t)
	at := time.Date(2026, 3, 1, 12, 0, 0, 123_999_999, time.FixedZone("Asia/Shanghai", 8*3600))
	body, err := c.encode("things", &doc{at})
	if err != nil {
		t.Fatal(err)
	}
	var out doc
	if err := c.decode("things", body, &out); err != nil {
		t.Fatal(err)
	}
	if out.At.Location() != time.UTC || out.At != Millis(at) {
		t.Errorf("got %v, want %v", out.At, Millis(at))
	}
}

func TestEmptyFieldsTakeNoRoomAtAnyDepth(t *testing.T) {
	body, err := codecFor[wide](t).encode("things", &wide{Inner: inner{Amount: 1}})
	if err != nil {
		t.Fatal(err)
	}
	want := bson.D{{Key: "inner", Value: bson.D{{Key: "amount", Value: int64(1)}}}}
	var got bson.D
	if err := bson.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnknownFieldsOfAStoredBodyAreIgnored(t *testing.T) {
	type doc struct{ Kept string }
	body, err := bson.Marshal(bson.D{{Key: "gone", Value: bson.D{{Key: "x", Value: 1}}}, {Key: "kept", Value: "yes"}})
	if err != nil {
		t.Fatal(err)
	}
	var out doc
	if err := codecFor[doc](t).decode("things", body, &out); err != nil || out.Kept != "yes" {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestAnUnreadableBodyIsTerminalAndKeepsItsContentsOutOfTheText(t *testing.T) {
	type doc struct{ Count int }
	body, err := bson.Marshal(bson.D{{Key: "count", Value: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}})
	if err != nil {
		t.Fatal(err)
	}
	err = codecFor[doc](t).decode("things", body, new(doc))
	if !fault.Is(err, fault.Terminal) || strings.Contains(err.Error(), "oUpF8") {
		t.Errorf("got %v", err)
	}
	if err := codecFor[doc](t).decode("things", body[:7], new(doc)); !fault.Is(err, fault.Terminal) {
		t.Errorf("a torn body gives %v", err)
	}
}

func TestADocumentOver15MiBIsTerminalAndNamesItsSize(t *testing.T) {
	type doc struct{ Bytes []byte }
	_, err := codecFor[doc](t).encode("things", &doc{make([]byte, maxBody)})
	if !fault.Is(err, fault.Terminal) || !strings.Contains(err.Error(), "15728657 bytes") {
		t.Errorf("got %v", err)
	}
	if _, err := codecFor[doc](t).encode("things", &doc{make([]byte, maxBody-17)}); err != nil {
		t.Errorf("the largest document is refused: %v", err)
	}
}

func TestAnUnsignedNumberBeyondInt64IsTerminal(t *testing.T) {
	type doc struct{ N uint64 }
	if _, err := codecFor[doc](t).encode("things", &doc{math.MaxUint64}); !fault.Is(err, fault.Terminal) {
		t.Errorf("got %v", err)
	}
}

func TestATypeThatWouldNotComeBackIsRefused(t *testing.T) {
	type halfway struct{ A halfMarshaler }
	for name, refused := range map[string]reflect.Type{
		"an unexported field":    reflect.TypeFor[struct{ a int }](),
		"a float":                reflect.TypeFor[struct{ A []float64 }](),
		"an interface":           reflect.TypeFor[struct{ A map[string]any }](),
		"two fields of one name": reflect.TypeFor[struct{ ID, Id string }](),
		"an inlined field": reflect.TypeFor[struct {
			A inner `bson:",inline"`
		}](),
		"a channel":                   reflect.TypeFor[struct{ A *struct{ B chan int } }](),
		"a map with numeric keys":     reflect.TypeFor[struct{ A map[int]string }](),
		"a pointer to a pointer":      reflect.TypeFor[struct{ A **int }](),
		"a json number":               reflect.TypeFor[struct{ A json.Number }](),
		"half a marshaler":            reflect.TypeFor[halfway](),
		"something that is no struct": reflect.TypeFor[string](),
	} {
		if _, err := newCodec("things", refused); !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

type halfMarshaler struct{ A int }

func (h *halfMarshaler) MarshalBSONValue() (byte, []byte, error) { return 0, nil, nil }

// opaque keeps its field to itself and brings its own form.
type opaque struct{ text string }

func (o opaque) MarshalBSONValue() (byte, []byte, error) {
	kind, b, err := bson.MarshalValue(o.text)
	return byte(kind), b, err
}

func (o *opaque) UnmarshalBSONValue(kind byte, b []byte) error {
	return bson.UnmarshalValue(bson.Type(kind), b, &o.text)
}

func TestATypeMayBringItsOwnForm(t *testing.T) {
	type doc struct {
		One  opaque
		Many map[string]opaque
	}
	in := doc{opaque{"a"}, map[string]opaque{"b": {"c"}}}
	c := codecFor[doc](t)
	body, err := c.encode("things", &in)
	if err != nil {
		t.Fatal(err)
	}
	var out doc
	if err := c.decode("things", body, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out, cmp.AllowUnexported(opaque{})); diff != "" {
		t.Error(diff)
	}
}
