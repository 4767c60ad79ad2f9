package face_test

import (
	"os"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/face"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func vector(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/authinfo_request.xml")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestXMLOfTheVectorReadsVerifiesAndWritesBack(t *testing.T) {
	fields, err := face.ParseXML([]byte(vector(t)))
	if err != nil {
		t.Fatal(err)
	}
	key, _ := wechatpay.NewAPIv2Key(wechattest.APIv2Key)
	if !key.Verify(fields, wechatpay.HMACSHA256) || fields["store_name"] != "一号店 A&B" {
		t.Errorf("fields %v", fields)
	}
	if diff := cmp.Diff(vector(t), string(face.EncodeXML(fields))); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsEncodedIsWhatIsParsed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.MapOf(rapid.StringMatching(`[a-z][a-z_]{0,15}`),
			rapid.StringOf(rapid.RuneFrom([]rune(`ab+/=&<>"']]> 中文-`+"\n\t")))).Draw(t, "fields")
		got, err := face.ParseXML(face.EncodeXML(fields))
		if err != nil || cmp.Diff(fields, got) != "" {
			t.Fatalf("%v %s", err, cmp.Diff(fields, got))
		}
	})
}

func TestOnlyOneFlatElementIsParsed(t *testing.T) {
	for name, c := range map[string]struct {
		raw string
		ok  bool
	}{
		"CDATA":               {"<xml><a><![CDATA[x<y]]></a>\n<b>1</b></xml>", true},
		"header and comment":  {`<?xml version="1.0" encoding="UTF-8"?><!-- c --><xml><a>1</a></xml>`, true},
		"no field":            {"<xml></xml>", true},
		"empty":               {"", false},
		"a field twice":       {"<xml><a>1</a><a>2</a></xml>", false},
		"a nested field":      {"<xml><a><b>1</b></a></xml>", false},
		"another root":        {"<html></html>", false},
		"two roots":           {"<xml></xml><xml></xml>", false},
		"text between fields": {"<xml>x<a>1</a></xml>", false},
		"text after":          {"<xml></xml>x", false},
		"an external entity":  {`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><a>&e;</a></xml>`, false},
		"an entity":           {"<xml><a>&e;</a></xml>", false},
		"cut short":           {"<xml><a>1</a>", false},
		"too many fields":     {"<xml>" + manyFields() + "</xml>", false},
		"too large":           {"<xml><a>" + strings.Repeat("x", face.MaxXML) + "</a></xml>", false},
	} {
		if _, err := face.ParseXML([]byte(c.raw)); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func manyFields() string {
	var b strings.Builder
	for i := range 65 {
		name := "f" + strings.Repeat("x", i)
		b.WriteString("<" + name + ">1</" + name + ">")
	}
	return b.String()
}

func FuzzParsedXMLWritesBackTheSame(f *testing.F) {
	f.Add([]byte(vector(f)))
	f.Add([]byte("<xml><a><![CDATA[x]]></a></xml>"))
	f.Add([]byte(`<!DOCTYPE x><xml/>`))
	f.Add([]byte("<xml><a>1</a><a>2</a></xml>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		fields, err := face.ParseXML(raw)
		if err != nil {
			return
		}
		again, err := face.ParseXML(face.EncodeXML(fields))
		if err != nil || cmp.Diff(fields, again) != "" {
			t.Errorf("%v %s", err, cmp.Diff(fields, again))
		}
	})
}
