package wechat

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// emptied makes the body in which the text at the place is empty and nothing else is given.
func emptied(place []string) any {
	if len(place) == 0 {
		return ""
	}
	if place[0] == "[0]" {
		return []any{emptied(place[1:])}
	}
	return map[string]any{place[0]: emptied(place[1:])}
}

// texts are the places of all texts in a request.
func texts(t reflect.Type, place []string) [][]string {
	at := func(name string) []string { return append(place[:len(place):len(place)], name) }
	switch t.Kind() {
	case reflect.Pointer:
		return texts(t.Elem(), place)
	case reflect.Slice:
		return texts(t.Elem(), at("[0]"))
	case reflect.String:
		return [][]string{place}
	case reflect.Struct:
		var all [][]string
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			all = append(all, texts(t.Field(i).Type, at(name))...)
		}
		return all
	}
	return nil
}

func TestNoTextOfAnyRequestMayBeEmpty(t *testing.T) {
	found := 0
	for _, request := range []any{createRequest{}, completeRequest{}, cancelRequest{}, modifyRequest{}, syncRequest{}, payRequest{}, refundRequest{},
		preAuthorizeRequest{}, terminateRequest{}} {
		for _, place := range texts(reflect.TypeOf(request), nil) {
			body, err := json.Marshal(emptied(place))
			if err != nil {
				t.Fatal(err)
			}
			found++
			refused := decoder{mode: partner}.decode(body, reflect.New(reflect.TypeOf(request)).Interface())
			if refused == nil || refused.code != paramError || !strings.Contains(refused.message, "字符数 0，小于最小值 1") ||
				!strings.Contains(refused.message, "/body/"+place[0]) || refused.detail.(emptyDetail).Field != strings.ReplaceAll(strings.Join(place, "."), ".[", "[") {
				t.Errorf("%T %s: %v", request, body, refused)
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d texts were tried", found)
	}
}

func TestWhatIsOnlyAPartnersIsUnknownToOthers(t *testing.T) {
	var request createRequest
	body := []byte(`{"sub_mchid":"","sub_appid":1,"openid":"o1"}`)
	if refused := (decoder{mode: direct}).decode(body, &request); refused != nil || request.OpenID != "o1" {
		t.Errorf("%v %+v", refused, request)
	}
	if refused := (decoder{mode: partner}).decode(body, &request); refused == nil {
		t.Error("accepted")
	}
}
