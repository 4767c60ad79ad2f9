package wechat

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/fault"
)

// decode reads a request body; unknown fields are ignored. The refusal names the field that is of the wrong type.
func decode(body []byte, into any) *refusal {
	if !utf8.Valid(body) {
		return badField("", "请求报文不是UTF-8编码")
	}
	err := json.Unmarshal(body, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return badField(wrong.Field, "参数类型错误,应为"+kindName(wrong.Type))
	}
	if err != nil {
		return badField("", "请求报文不是合法的JSON")
	}
	return nil
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
