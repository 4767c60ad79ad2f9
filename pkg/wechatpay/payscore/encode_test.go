package payscore_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFrozenRequestsEqualTheExamplesByteForByte(t *testing.T) {
	got, err := payscore.Freeze(create())
	if diff := cmp.Diff(file(t, "create_request.json"), string(got)); diff != "" || err != nil {
		t.Error(err, diff)
	}
	got, err = payscore.Freeze(complete())
	if diff := cmp.Diff(file(t, "complete_request.json"), string(got)); diff != "" || err != nil {
		t.Error(err, diff)
	}
	got, err = payscore.Freeze(payscore.CancelRequest{AppID: "wx8888888888888888", ServiceID: "500001", Reason: "用户投诉"})
	if want := `{"appid":"wx8888888888888888","service_id":"500001","reason":"用户投诉"}`; string(got) != want || err != nil { // §11.5
		t.Error(err, cmp.Diff(want, string(got)))
	}
}

func TestFreezingTwiceGivesTheSameBytesWithoutEscapes(t *testing.T) {
	r := create()
	r.ServiceIntroduction = "A&B<充电>"
	one, _ := payscore.Freeze(r)
	two, _ := payscore.Freeze(r)
	if string(one) != string(two) || !strings.Contains(string(one), "A&B<充电>") || strings.HasSuffix(string(one), "\n") {
		t.Errorf("%s", one)
	}
}

func TestFalseAndZeroAreSentAndEmptyOptionalsAreNot(t *testing.T) {
	r := payscore.CreateRequest{OutOrderNo: "A", TimeRange: payscore.TimeRange{StartTime: payscore.OnAccept}}
	got, _ := payscore.Freeze(r)
	want := `{"out_order_no":"A","appid":"","service_id":"","service_introduction":"","time_range":{"start_time":"OnAccept"},` +
		`"risk_fund":{"name":"","amount":0},"notify_url":"","need_user_confirm":false}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	got, _ = payscore.Freeze(payscore.CompleteRequest{ServiceID: "1", PostPayments: []payscore.Payment{{Name: "x", Amount: new(money.Fen(0))}}})
	want = `{"service_id":"1","post_payments":[{"name":"x","amount":0}],"total_amount":0,"profit_sharing":false}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAttachIsEncodedOnceAndItsLimitIsOnTheEncodedText(t *testing.T) {
	for raw, want := range map[string]string{"batch=7": "batch%3D7", "a b": "a%20b", "一": "%E4%B8%80", "": "", "50%+": "50%25%2B"} {
		if got, err := payscore.EncodeAttach(raw); got != want || err != nil {
			t.Errorf("%q: %q %v, want %q", raw, got, err, want)
		}
	}
	if _, err := payscore.EncodeAttach(strings.Repeat("一", 28)); err != nil { // 252
		t.Error(err)
	}
	if _, err := payscore.EncodeAttach(strings.Repeat("一", 29)); fault.CodeOf(err) != "attach_length" { // 261
		t.Error(err)
	}
	if _, err := payscore.DecodeAttach("%zz"); fault.CodeOf(err) != "attach_encoding" {
		t.Error(err)
	}
}

func TestAnEncodedAttachDecodesAndPassesValidation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringN(0, 20, 28).Draw(t, "raw")
		if !utf8.ValidString(raw) {
			return
		}
		encoded, err := payscore.EncodeAttach(raw)
		if err != nil {
			t.Fatal(err)
		}
		back, err := payscore.DecodeAttach(encoded)
		r := create()
		r.Attach = encoded
		if err != nil || back != raw || r.Validate(kiosk(), now) != nil {
			t.Fatalf("%q → %q → %q: %v, %v", raw, encoded, back, err, r.Validate(kiosk(), now))
		}
	})
}

func TestPathsAreEscapedExactlyOnce(t *testing.T) {
	for no, want := range map[string]string{"A|B": "A%7CB", "A*B": "A%2AB", "A_B-C": "A_B-C"} { // §11.8
		if got := payscore.ActionPath(false, no, "cancel"); got != "/v3/payscore/serviceorder/"+want+"/cancel" {
			t.Error(got)
		}
		if got := payscore.ActionPath(true, no, "cancel"); got != "/v3/payscore/partner/serviceorder/"+want+"/cancel" {
			t.Error(got)
		}
	}
}

func TestCompactTimesAreBeijingTimes(t *testing.T) {
	if got := payscore.Compact(now); got != "20231115061504" {
		t.Error(got)
	}
	if got := payscore.CompactDay(now); got != "20231115" {
		t.Error(got)
	}
	for text, want := range map[string]int64{"20231115061504": now.Unix(), "20231115": now.Unix() - 6*3600 - 15*60 - 4} {
		if got, err := payscore.ParseCompact(text); err != nil || got.Unix() != want {
			t.Error(text, got, err)
		}
	}
	for _, text := range []string{"", "OnAccept", "2023111506150", "20231315061504", "2023-11-15", "20230229", "2023111506150 "} {
		if _, err := payscore.ParseCompact(text); fault.CodeOf(err) != "time_form" {
			t.Error(text, err)
		}
	}
}
