package wechat

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/fault"
)

// decoder reads request bodies as WeChat does: a name counts only as it is spelled, a text may not be empty. encoding/json
// alone would take "Appid" for "appid", and the last of the two would win.
type decoder struct {
	mode mode
	// threeByteText refuses characters that need 4 bytes in UTF-8.
	threeByteText bool
}

// decode reads the call's body.
func (c *call) decode(into any) *refusal { return c.decoder.decode(c.body, into) }

// decode reads a body into a struct; unknown fields are ignored, and in direct mode those tagged only:"partner" are
// unknown. The refusal names the field at fault.
func (d decoder) decode(body []byte, into any) *refusal {
	if !utf8.Valid(body) {
		return badField("", "请求报文不是UTF-8编码")
	}
	if !json.Valid(body) {
		return badField("", "请求报文不是合法的JSON")
	}
	return d.value(body, reflect.ValueOf(into).Elem(), "")
}

// value reads one value; null leaves it as it is.
func (d decoder) value(raw json.RawMessage, into reflect.Value, path string) *refusal {
	if string(raw) == "null" {
		return nil
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return d.value(raw, into.Elem(), path)
	case reflect.Struct:
		return d.object(raw, into, path)
	case reflect.Slice:
		return d.list(raw, into, path)
	}
	if json.Unmarshal(raw, into.Addr().Interface()) != nil {
		return wrongType(path, into.Type())
	}
	if into.Kind() == reflect.String {
		return d.text(into.String(), path)
	}
	return nil
}

func (d decoder) object(raw json.RawMessage, into reflect.Value, path string) *refusal {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return wrongType(path, into.Type())
	}
	for i := range into.NumField() {
		field := into.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		value, given := members[name]
		if !given || d.mode == direct && field.Tag.Get("only") == "partner" {
			continue
		}
		if refused := d.value(value, into.Field(i), strings.TrimPrefix(path+"."+name, ".")); refused != nil {
			return refused
		}
	}
	return nil
}

func (d decoder) list(raw json.RawMessage, into reflect.Value, path string) *refusal {
	var elements []json.RawMessage
	if json.Unmarshal(raw, &elements) != nil {
		return wrongType(path, into.Type())
	}
	into.Set(reflect.MakeSlice(into.Type(), len(elements), len(elements)))
	for i, element := range elements {
		if refused := d.value(element, into.Index(i), path+"["+strconv.Itoa(i)+"]"); refused != nil {
			return refused
		}
	}
	return nil
}

func (d decoder) text(value, path string) *refusal {
	switch {
	case value == "":
		return emptyText("body", path)
	case d.threeByteText && hasFourBytes(value):
		// The words are ours: WeChat's are not published.
		return badField(path, path+"含有不支持的4字节字符")
	}
	return nil
}

func hasFourBytes(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r > 0xFFFF })
}

func wrongType(path string, t reflect.Type) *refusal {
	return badField(path, "参数类型错误,应为"+kindName(t))
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		return "整数"
	case reflect.String:
		return "字符串"
	case reflect.Bool:
		return "布尔值"
	case reflect.Slice:
		return "数组"
	}
	return "对象"
}

// member is the text of a top-level member of a body, "" when there is none: for what is looked at before the body is
// checked.
func member(body []byte, name string) string {
	var members map[string]json.RawMessage
	var text string
	if json.Unmarshal(body, &members) != nil || json.Unmarshal(members[name], &text) != nil {
		return ""
	}
	return text
}

// digest names a request by its parameters, not by its bytes: the order of keys and blanks do not make it another
// request. It is taken before defaults are filled in.
func digest(request any) (string, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return "", fault.Wrap(err, fault.Terminal, "request_digest", "encoding a request")
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]), nil
}
