package event_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/proto/contract"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

func TestAnyValueIsOneTokenAndNoWildcard(t *testing.T) {
	for value, want := range map[string]string{
		"Az09_-|": "Az09_-|", "a.b": "a%2Eb", "a*": "a%2A", ">": "%3E", "a b": "a%20b", "100%": "100%25", "柜": "%E6%9F%9C", "\r\n": "%0D%0A", "": "",
	} {
		if got := event.Token(value); got != want {
			t.Errorf("%q became %q, want %q", value, got, want)
		}
	}
	plain := regexp.MustCompile(`^[0-9A-Za-z_|%-]+$`)
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringN(1, -1, 64).Draw(t, "value")
		token := event.Token(value)
		if back, err := url.PathUnescape(token); !plain.MatchString(token) || back != value || err != nil {
			t.Errorf("%q became %q and back %q (%v)", value, token, back, err)
		}
	})
}

func TestSubjectsAreRootOwnerEventMerchantKeyScope(t *testing.T) {
	for want, m := range map[string]proto.Message{
		"facepay.kiosk.service_ended.m.n":          &kioskv1.ServiceEnded{Merchant: "m", OutOrderNo: "n"},
		"facepay.order.opened.m.A|B%2A.door%2E7":   &orderv1.OrderOpened{Merchant: "m", OutOrderNo: "A|B*", DeviceId: "door.7"},
		"facepay.order.opened.m.n.-":               &orderv1.OrderOpened{Merchant: "m", OutOrderNo: "n"},
		"facepay.order.opened.%E6%9F%9C.a%20b.%3E": &orderv1.OrderOpened{Merchant: "柜", OutOrderNo: "a b", DeviceId: ">"},
	} {
		if got := subjectOf(t, m); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAnEventsPatternHasAsManyTokensAsItsSubjects(t *testing.T) {
	for _, m := range []proto.Message{
		&kioskv1.ServiceEnded{Merchant: "m", OutOrderNo: "n"}, &orderv1.OrderOpened{Merchant: "m", OutOrderNo: "n", DeviceId: "d"},
	} {
		c, err := contract.Of(m)
		if err != nil {
			t.Fatal(err)
		}
		subject, pattern := strings.Split(subjectOf(t, m), "."), strings.Split(event.Pattern(c), ".")
		if len(subject) != len(pattern) || !slices.Equal(subject[:3], pattern[:3]) {
			t.Errorf("%v does not match %v", subject, pattern)
		}
	}
}

func TestAFactWithoutMerchantOrKeyHasNoSubject(t *testing.T) {
	for field, m := range map[string]proto.Message{
		"merchant":     &kioskv1.ServiceEnded{OutOrderNo: "n"},
		"out_order_no": &kioskv1.ServiceEnded{Merchant: "m"},
	} {
		_, err := event.SubjectOf(m)
		if !fault.Is(err, fault.Terminal) || !strings.Contains(err.Error(), "["+field+"]") {
			t.Errorf("got %v, want a Terminal error that names %s", err, field)
		}
	}
	if _, err := event.SubjectOf(&kioskv1.RiskFund{}); fault.CodeOf(err) != "not_an_event" {
		t.Errorf("got %v", err)
	}
}

func TestAValueTooLongForASubjectIsRefusedByName(t *testing.T) {
	long := strings.Repeat("柜", 60) // 540 bytes in a subject
	for field, m := range map[string]proto.Message{
		"out_order_no": &kioskv1.ServiceEnded{Merchant: "m", OutOrderNo: long},
		"device_id":    &orderv1.OrderOpened{Merchant: "m", OutOrderNo: "n", DeviceId: long},
	} {
		_, err := event.SubjectOf(m)
		if fault.CodeOf(err) != "field_too_long" || fault.FieldOf(err) != field || strings.Contains(err.Error(), "柜") {
			t.Errorf("got %v, want field_too_long of %s", err, field)
		}
	}
}
