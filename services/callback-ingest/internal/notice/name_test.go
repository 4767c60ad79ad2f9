package notice_test

import (
	"reflect"
	"testing"

	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

func TestEveryPartOfAFactIsPartOfItsName(t *testing.T) {
	p := notice.Party{MchID: "1", SubMchID: "2", AppID: "3", ServiceID: "4"}
	for _, c := range []struct {
		fact notice.Fact
		not  []string // parts that a notification of this kind does not have
	}{
		{notice.Order{Party: p, OutOrderNo: "5", EventType: "6", State: "7", CollectionState: "8", Paid: 9}, nil},
		{notice.Authorization{Party: p, OpenID: "5", SubOpenID: "6", Status: "7", OpenOrCloseTime: "8", OutRequestNo: "9"}, nil},
		{notice.Refund{Party: p, OutRefundNo: "5", Status: "6"}, []string{"AppID", "ServiceID"}},
	} {
		names := map[string]string{name(c.fact): "nothing"}
		each(reflect.ValueOf(c.fact), func(part string, changed notice.Fact) {
			for _, not := range c.not {
				if part == not {
					return
				}
			}
			if same, taken := names[name(changed)]; taken {
				t.Errorf("%T: another %s and another %s have one name", c.fact, part, same)
			}
			names[name(changed)] = part
		})
		if want := 5; len(names) < want {
			t.Errorf("%T: only %d names", c.fact, len(names))
		}
	}
}

// each gives the fact with one part changed, for every part.
func each(fact reflect.Value, give func(part string, changed notice.Fact)) {
	var walk func(path []int, of reflect.Type)
	walk = func(path []int, of reflect.Type) {
		for i := range of.NumField() {
			at := append(append([]int{}, path...), i)
			if of.Field(i).Type.Kind() == reflect.Struct {
				walk(at, of.Field(i).Type)
				continue
			}
			changed := reflect.New(fact.Type()).Elem()
			changed.Set(fact)
			if field := changed.FieldByIndex(at); field.Kind() == reflect.String {
				field.SetString(field.String() + "x")
			} else {
				field.SetInt(field.Int() + 1)
			}
			give(of.Field(i).Name, changed.Interface().(notice.Fact))
		}
	}
	walk(nil, fact.Type())
}
