package authinfo_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/facestub"
)

func TestASessionGivesEveryInputOfTheSDKAndTellsOfItself(t *testing.T) {
	w := newWorld(t)
	w.start()
	before := w.clock.Now()
	reply := w.mustOpen(request("r1"))

	day := before.In(clock.Beijing).Format("20060102")
	if !regexp.MustCompile(`^FP` + day + `[0-9A-Z]{20}$`).MatchString(reply.GetOutOrderNo()) {
		t.Errorf("out_order_no is %s", reply.GetOutOrderNo())
	}
	if !regexp.MustCompile(`^FR` + day + `[0-9A-Z]{20}$`).MatchString(reply.GetPayscoreOutRequestNo()) {
		t.Errorf("payscore_out_request_no is %s", reply.GetPayscoreOutRequestNo())
	}
	if left := reply.GetExpiresAt().AsTime().Sub(before); left < 10*time.Minute || left > 10*time.Minute+10*time.Second {
		t.Errorf("expires in %v, want the session_ttl of ten minutes", left)
	}
	want := &authinfov1.OpenSessionReply{
		Appid: "wx8888888888888888", MchId: "1900000109", OutOrderNo: reply.GetOutOrderNo(), Authinfo: facestub.Authinfo(1),
		PayscoreOutRequestNo: reply.GetPayscoreOutRequestNo(), PayscoreServiceId: "500001", AskUnionid: 1, ExpiresAt: reply.GetExpiresAt(),
	}
	if diff := cmp.Diff(want, reply, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	opened := events[*authinfov1.SessionOpened](w, reply.GetOutOrderNo())
	if len(opened) != 1 {
		t.Fatalf("%d SessionOpened, want 1 by the time of the answer", len(opened))
	}
	wantEvent := &authinfov1.SessionOpened{
		Merchant: "acme", OutOrderNo: reply.GetOutOrderNo(), DeviceId: "KIOSK-0001", StoreId: "S001", ServiceId: "500001",
		PayscoreOutRequestNo: reply.GetPayscoreOutRequestNo(), OpenedAt: opened[0].GetOpenedAt(), ExpiresAt: reply.GetExpiresAt(),
	}
	if diff := cmp.Diff(wantEvent, opened[0], protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	issued := events[*authinfov1.CredentialIssued](w, "KIOSK-0001")
	if len(issued) != 1 || issued[0].GetExpiresAt().AsTime().Sub(issued[0].GetIssuedAt().AsTime()) != 2*time.Hour {
		t.Errorf("CredentialIssued: %v", issued)
	}
}

func TestAPartnersKioskGetsTheNumbersOfItsSubMerchant(t *testing.T) {
	w := newWorld(t)
	w.start()
	reply := w.mustOpen(with(request("r1"), func(r *authinfov1.OpenSessionRequest) { r.Merchant = "bolt" }))
	want := &authinfov1.OpenSessionReply{
		Appid: "wx9999999999999999", MchId: "1900000110", SubAppid: "wx7777777777777777", SubMchId: "1900000999",
		OutOrderNo: reply.GetOutOrderNo(), Authinfo: facestub.Authinfo(1), PayscoreOutRequestNo: reply.GetPayscoreOutRequestNo(),
		PayscoreServiceId: "500001", ExpiresAt: reply.GetExpiresAt(),
	}
	if diff := cmp.Diff(want, reply, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if seen := w.b.Seen()[0]; seen["sub_mch_id"] != "1900000999" || seen["sub_appid"] != "wx7777777777777777" {
		t.Errorf("WeChat was asked with %v", seen)
	}
}

func TestPlusSlashAndEqualsSurviveProtobufJSONAndXML(t *testing.T) {
	w := newWorld(t)
	w.start()
	if got := w.mustOpen(request("r1")).GetAuthinfo(); got != facestub.Authinfo(1) {
		t.Errorf("authinfo by protobuf is %s", got)
	}
	req := with(request("r2"), func(r *authinfov1.OpenSessionRequest) { r.DeviceId, r.Attach = "KIOSK-0002", `{"a":"1<2 & 3>2"}` })
	body, err := protojson.Marshal(req)
	must(t, err)
	answer, err := w.bus.Conn().RequestMsg(&nats.Msg{Subject: "facepay-rpc.authinfo.open_session", Data: body}, 10*time.Second)
	must(t, err)
	var reply struct{ Authinfo string }
	must(t, json.Unmarshal(answer.Data, &reply))
	if reply.Authinfo != facestub.Authinfo(2) {
		t.Errorf("authinfo by JSON is %s", reply.Authinfo)
	}
	for i, seen := range w.a.Seen() {
		if seen["rawdata"] != rawdata || seen["store_name"] != "一号店 A&B" {
			t.Errorf("request %d reached WeChat with rawdata %s, store_name %s", i+1, seen["rawdata"], seen["store_name"])
		}
	}
	if got := w.a.Seen()[1]["attach"]; got != req.GetAttach() {
		t.Errorf("attach reached WeChat as %s", got)
	}
}

func TestARepeatedRequestGetsTheFirstNumbersAlsoWithAFreshRawdata(t *testing.T) {
	w := newWorld(t)
	stop := w.start()
	first := w.mustOpen(request("r1"))
	stop()
	w.start()
	again := w.mustOpen(with(request("r1"), func(r *authinfov1.OpenSessionRequest) { r.Rawdata = "another+rawdata/of=the==same+kiosk" }))
	if diff := cmp.Diff(first, again, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if n := len(events[*authinfov1.SessionOpened](w, first.GetOutOrderNo())); n != 1 {
		t.Errorf("%d SessionOpened, want 1", n)
	}
}

func TestAnotherBodyUnderTheSameRequestIDIsAConflict(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.mustOpen(request("r1"))
	for name, change := range map[string]func(*authinfov1.OpenSessionRequest){
		"service":    func(r *authinfov1.OpenSessionRequest) { r.ServiceId = "500002" },
		"store":      func(r *authinfov1.OpenSessionRequest) { r.StoreId = "S002" },
		"store name": func(r *authinfov1.OpenSessionRequest) { r.StoreName = "二号店" },
		"device":     func(r *authinfov1.OpenSessionRequest) { r.DeviceId = "KIOSK-0002" },
		"attach":     func(r *authinfov1.OpenSessionRequest) { r.Attach = "{}" },
		"own number": func(r *authinfov1.OpenSessionRequest) { r.OutOrderNo = "OWN1" },
	} {
		_, err := w.open(with(request("r1"), change))
		if fault.CodeOf(err) != "request_id_conflict" || !fault.Is(err, fault.Conflict) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	w.mustOpen(with(request("r1"), func(r *authinfov1.OpenSessionRequest) { r.Merchant = "bolt" })) // ids are per merchant
	if n := len(w.a.Seen()); n != 1 {
		t.Errorf("WeChat was asked %d times, a conflict needs no credential", n)
	}
}

func TestTwentyCallersWithOneRequestIDGetOneSession(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.start() // two replicas share the endpoint
	for _, own := range []string{"", "OWN_1|*-a"} {
		replies := make([]*authinfov1.OpenSessionReply, 20)
		together(len(replies), func(i int) {
			var err error
			if replies[i], err = w.open(with(request("r"+own[:min(len(own), 3)]), func(r *authinfov1.OpenSessionRequest) { r.OutOrderNo = own })); err != nil {
				t.Error(err)
			}
		})
		for _, r := range replies {
			if r.GetOutOrderNo() != replies[0].GetOutOrderNo() || r.GetPayscoreOutRequestNo() != replies[0].GetPayscoreOutRequestNo() {
				t.Fatalf("two sessions: %s and %s", r.GetOutOrderNo(), replies[0].GetOutOrderNo())
			}
		}
		if own != "" && replies[0].GetOutOrderNo() != own {
			t.Errorf("the gateway's own number became %s", replies[0].GetOutOrderNo())
		}
		if n := len(events[*authinfov1.SessionOpened](w, replies[0].GetOutOrderNo())); n != 1 {
			t.Errorf("%d SessionOpened, want 1", n)
		}
	}
}

func TestAnOwnNumberBelongsToTheRequestThatBroughtIt(t *testing.T) {
	w := newWorld(t)
	w.start()
	own := func(id, merchant string) *authinfov1.OpenSessionRequest {
		return with(request(id), func(r *authinfov1.OpenSessionRequest) { r.OutOrderNo, r.Merchant = "OWN1", merchant })
	}
	if got := w.mustOpen(own("r1", "acme")).GetOutOrderNo(); got != "OWN1" {
		t.Errorf("out_order_no is %s", got)
	}
	_, err := w.open(own("r2", "acme"))
	if fault.CodeOf(err) != "out_order_no_taken" || !fault.Is(err, fault.Conflict) {
		t.Errorf("taken by another request: %v", err)
	}
	if got := w.mustOpen(own("r1", "acme")).GetOutOrderNo(); got != "OWN1" {
		t.Errorf("repeated: %s", got)
	}
	w.mustOpen(own("r1", "bolt")) // numbers are per merchant

	won := make([]error, 12)
	together(len(won), func(i int) {
		req := own("race"+string(rune('a'+i)), "acme")
		req.OutOrderNo = "OWN2"
		_, won[i] = w.open(req)
	})
	winners := 0
	for _, err := range won {
		if err == nil {
			winners++
		} else if fault.CodeOf(err) != "out_order_no_taken" {
			t.Errorf("a loser got %v", err)
		}
	}
	if winners != 1 {
		t.Errorf("%d requests got the one number", winners)
	}
}

func TestBadInputIsRefusedByFieldAndRule(t *testing.T) {
	w := newWorld(t)
	w.start()
	long := func(n int) string { return strings.Repeat("长", n) }
	for _, c := range []struct {
		field, code string
		change      func(*authinfov1.OpenSessionRequest)
	}{
		{"request_id", "required", func(r *authinfov1.OpenSessionRequest) { r.RequestId = "" }},
		{"request_id", "charset_or_length", func(r *authinfov1.OpenSessionRequest) { r.RequestId = "a b" }},
		{"request_id", "charset_or_length", func(r *authinfov1.OpenSessionRequest) { r.RequestId = strings.Repeat("a", 65) }},
		{"merchant", "required", func(r *authinfov1.OpenSessionRequest) { r.Merchant = "" }},
		{"merchant", "unknown_merchant", func(r *authinfov1.OpenSessionRequest) { r.Merchant = "nobody" }},
		{"service_id", "required", func(r *authinfov1.OpenSessionRequest) { r.ServiceId = "" }},
		{"service_id", "unknown_service", func(r *authinfov1.OpenSessionRequest) { r.ServiceId = "500009" }},
		{"store_id", "required", func(r *authinfov1.OpenSessionRequest) { r.StoreId = "" }},
		{"store_id", "too_long", func(r *authinfov1.OpenSessionRequest) { r.StoreId = long(33) }},
		{"store_name", "required", func(r *authinfov1.OpenSessionRequest) { r.StoreName = "" }},
		{"store_name", "too_long", func(r *authinfov1.OpenSessionRequest) { r.StoreName = long(129) }},
		{"store_name", "control_character", func(r *authinfov1.OpenSessionRequest) { r.StoreName = "a\x00b" }},
		{"device_id", "required", func(r *authinfov1.OpenSessionRequest) { r.DeviceId = "" }},
		{"device_id", "too_long", func(r *authinfov1.OpenSessionRequest) { r.DeviceId = long(33) }},
		{"rawdata", "required", func(r *authinfov1.OpenSessionRequest) { r.Rawdata = "" }},
		{"rawdata", "too_long", func(r *authinfov1.OpenSessionRequest) { r.Rawdata = strings.Repeat("r", 2049) }},
		{"rawdata", "not_base64", func(r *authinfov1.OpenSessionRequest) { r.Rawdata = "q3OPhFtQBf6KZGqm%2BZhe/jKCRy5K==" }},
		{"rawdata", "blank", func(r *authinfov1.OpenSessionRequest) { r.Rawdata = "q3OPhFtQBf6KZGqm Zhe/jKCRy5K==" }},
		{"attach", "not_json", func(r *authinfov1.OpenSessionRequest) { r.Attach = "{" }},
		{"attach", "too_long", func(r *authinfov1.OpenSessionRequest) { r.Attach = `"` + long(511) + `"` }},
		{"out_order_no", "charset_or_length", func(r *authinfov1.OpenSessionRequest) { r.OutOrderNo = "A+B" }},
		{"out_order_no", "charset_or_length", func(r *authinfov1.OpenSessionRequest) { r.OutOrderNo = strings.Repeat("1", 33) }},
	} {
		_, err := w.open(with(request("bad"), c.change))
		var got fault.Error
		if f, ok := err.(*fault.Error); ok {
			got = *f
		}
		if got.Class != fault.Terminal || got.Code != c.code || got.Field != c.field {
			t.Errorf("%s %s: got %v", c.field, c.code, err)
		}
	}
	if n := len(w.a.Seen()); n != 0 {
		t.Errorf("WeChat was asked %d times for bad input", n)
	}
	// The longest of everything is good: lengths are characters, not bytes.
	w.mustOpen(with(request("good"), func(r *authinfov1.OpenSessionRequest) {
		r.RequestId = strings.Repeat("r", 64)
		r.StoreId, r.StoreName, r.DeviceId, r.OutOrderNo = long(32), long(128), long(32), strings.Repeat("1", 32)
		r.Rawdata, r.Attach = strings.Repeat("+", 2048), `"`+long(510)+`"`
	}))
}
