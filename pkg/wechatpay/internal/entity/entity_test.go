package entity_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
)

func read(t testing.TB, body string) entity.Object {
	t.Helper()
	o, err := entity.Read([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestANameCountsOnlyAsItIsWritten(t *testing.T) {
	// U+017F and U+212A fold to s and k: encoding/json takes both for the plain letters.
	o := read(t, `{"paid_amount":350,"Paid_Amount":0,"PAID_AMOUNT":"x","state":"DONE","\u017ftate":"NONE","State":{},"\u0061ppid":"wx1","Kind":1,"\u212aind":2}`)
	if got := o.Fen("paid_amount"); got != 350 {
		t.Errorf("paid_amount is %d", got)
	}
	if o.Text("state") != "DONE" || o.Text("appid") != "wx1" || o.Text("kind") != "" || o.Err() != nil {
		t.Errorf("%q %q %q %v", o.Text("state"), o.Text("appid"), o.Text("kind"), o.Err())
	}
}

func TestAnAmountIsReadInEveryFormThatIsAWholeNumber(t *testing.T) {
	for form, want := range map[string]money.Fen{
		`350`: 350, `"350"`: 350, `350.0`: 350, `"350.00"`: 350, `0`: 0, `-1`: -1, `null`: 0, `9223372036854775807`: 1<<63 - 1,
	} {
		o := read(t, `{"a":`+form+`}`)
		if got := o.Fen("a"); got != want || o.Err() != nil {
			t.Errorf("%s is %d, %v", form, got, o.Err())
		}
	}
	for _, form := range []string{`3.5`, `"3.5"`, `1e2`, `1e99`, `""`, `" 350"`, `"+350"`, `"0x10"`, `"1_000"`, `"."`, `"350."`, `true`, `[350]`, `{"a":350}`, `9223372036854775808`} {
		o := read(t, `{"a":`+form+`}`)
		if got := o.Fen("a"); fault.FieldOf(o.Err()) != "a" {
			t.Errorf("%s is read as %d", form, got)
		}
	}
}

func TestWhatNobodyAsksForBreaksNothing(t *testing.T) {
	o := read(t, `{"amount":5,"seq":"1","promotion_detail":{"wechatpay_contribute":"50"},"count":1.0,"summary":[{}]}`)
	if o.Fen("amount") != 5 || o.Aside("summary") != "" || o.Err() != nil {
		t.Errorf("%d %v", o.Fen("amount"), o.Err())
	}
}

func TestAListMayBeOneObjectAndAnErrorNamesItsField(t *testing.T) {
	for _, body := range []string{`{"c":{"d":[{"n":42}]}}`, `{"c":{"d":{"n":"42"}}}`} {
		c, there := read(t, body).Object("c")
		if d := c.List("d"); !there || len(d) != 1 || d[0].Text("n") != "42" || c.Err() != nil {
			t.Errorf("%s: %v", body, c.Err())
		}
	}
	for body, field := range map[string]string{
		`{"c":7}`: "c", `{"c":{"d":"secret"}}`: "c.d", `{"c":{"d":["secret"]}}`: "c.d", `{"c":{"d":{"n":{}}}}`: "c.d.n", `{"c":{"d":[null]}}`: "c.d",
	} {
		o := read(t, body)
		c, _ := o.Object("c")
		for _, d := range c.List("d") {
			d.Text("n")
		}
		if err := o.Err(); fault.FieldOf(err) != field || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", body, err)
		}
	}
	for _, body := range []string{"", "x", "[]", "7", "null", `{"a":1} x`} {
		if _, err := entity.Read([]byte(body)); fault.CodeOf(err) != "entity_unreadable" {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func FuzzAnExactNameIsReadWhateverStandsBesideIt(f *testing.F) {
	f.Add("Paid_Amount", int64(350), []byte(`0`))
	f.Add("paid_amount ", int64(1), []byte(`{"a":[]}`))
	f.Add("ſtate", int64(-9), []byte(`"x"`))
	f.Fuzz(func(t *testing.T, beside string, amount int64, value []byte) {
		key, err := json.Marshal(beside)
		var decoded string
		if err != nil || json.Unmarshal(key, &decoded) != nil || decoded == "paid_amount" || !json.Valid(value) {
			t.Skip()
		}
		paid, _ := json.Marshal(amount)
		for _, body := range []string{`{"paid_amount":` + string(paid) + `,` + string(key) + `:` + string(value) + `}`,
			`{` + string(key) + `:` + string(value) + `,"paid_amount":` + string(paid) + `}`} {
			o := read(t, body)
			if got := o.Fen("paid_amount"); int64(got) != amount || o.Err() != nil {
				t.Errorf("%s: %d %v", body, got, o.Err())
			}
		}
	})
}

// FuzzAnObjectIsTakenApartAsEncodingJSONDoes holds split and elements against a map and a slice of encoding/json, which know
// names in no other case either.
func FuzzAnObjectIsTakenApartAsEncodingJSONDoes(f *testing.F) {
	f.Add([]byte(` { "a" : [ 1 , {"b":"]}\\\""} ] , "\u0061":null,"c":{} , "":-1.5e3,"d":[],"e":true}`))
	f.Add([]byte("{\"\xff\":\"\xff\",\"x\":\"\\ud800\"}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var want map[string]json.RawMessage
		valid := json.Unmarshal(body, &want) == nil && want != nil
		o, err := entity.Read(body)
		if (err == nil) != valid {
			t.Fatalf("read: %v, encoding/json: %v", err, valid)
		}
		for name, raw := range want {
			if strings.ContainsRune(name, '\uFFFD') {
				continue // names that were no UTF-8 may have become one
			}
			var text string
			if json.Unmarshal(raw, &text) == nil && o.Aside(name) != text {
				t.Errorf("%q is %q, want %q", name, o.Aside(name), text)
			}
			var list []map[string]json.RawMessage
			if json.Unmarshal(raw, &list) == nil && len(o.List(name)) != len(list) {
				t.Errorf("%q has %d elements, want %d", name, len(o.List(name)), len(list))
			}
			var object map[string]json.RawMessage
			if in, there := o.Object(name); json.Unmarshal(raw, &object) == nil && there != (object != nil) {
				t.Errorf("%q is an object: %v, %v", name, there, in)
			}
		}
	})
}

func FuzzNothingThatWeChatSendsPanics(f *testing.F) {
	f.Add([]byte(`{"collection":{"details":[{"amount":"1"}]}}`), "collection")
	f.Add([]byte(`{"a":null}`), "a")
	f.Fuzz(func(t *testing.T, body []byte, name string) {
		o, err := entity.Read(body)
		if err != nil {
			return
		}
		_, _, _ = o.Text(name), o.Aside(name), o.Fen(name)
		in, _ := o.Object(name)
		_ = in.Text(name)
		for _, e := range o.List(name) {
			_ = e.Fen(name)
		}
		_ = o.Err()
	})
}

func TestAWordIsAStringAndNothingElse(t *testing.T) {
	o := read(t, `{"word":"NO_AUTH","number":404,"yes":true,"null":null,"list":["a"],"object":{"a":"b"}}`)
	if got := o.Word("word"); got != "NO_AUTH" {
		t.Errorf("got %q", got)
	}
	for _, name := range []string{"number", "yes", "null", "list", "object", "absent"} {
		if got := o.Word(name); got != "" || o.Err() != nil {
			t.Errorf("%s: got %q, %v", name, got, o.Err())
		}
	}
}
