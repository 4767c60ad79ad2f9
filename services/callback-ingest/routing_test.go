package callbackingest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/merchant"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

func TestANotificationForAnotherAccountIsRefusedAtThisDoor(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	body := from.notification("PAYSCORE.USER_PAID", paid(t, "REPLAY"))
	h := from.signed(w.clock.Now(), body)
	if status, answer := deliver(t, w.door("wx-partner"), h, body); status != http.StatusUnauthorized || answer != failure {
		t.Errorf("at the other account's door answered %d %q", status, answer)
	}
	if status, _ := deliver(t, w.door("wx-main"), h, body); status != http.StatusOK {
		t.Errorf("at its own door answered %d", status)
	}
	events[*notifyv1.PayScoreOrderNotified](w, "REPLAY", 1)
}

func TestANoticeAtAWrongDoorThatHasItsKeysDoesNotStandInItsWayAtItsOwn(t *testing.T) {
	w := newWorld(t)
	w.book = bookWith(t, `      apiv3_key_file: second_apiv3_key
      public_keys:
        - {id: PUB_KEY_ID_0219000002082023111500000000000001, file: second_public.pem}`, `      apiv3_key_file: apiv3_key
      public_keys:
        - {id: PUB_KEY_ID_0119000001092023111500112233445566, file: wechat_public.pem}`)
	w.start()
	from := mainWeChat(t)
	body := from.notification("PAYSCORE.USER_PAID", paid(t, "MISLED"))
	for _, account := range []string{"wx-partner", "wx-main"} {
		if s := w.tell(from, account, body); s != http.StatusOK {
			t.Errorf("at %s answered %d", account, s)
		}
	}
	if n := w.svc.Counts(); n.Reasons["foreign_mchid"] != 1 || n.Outcomes[tally.Accepted] != 1 {
		t.Errorf("counted %+v", n)
	}
	events[*notifyv1.PayScoreOrderNotified](w, "MISLED", 1)
}

func TestWhatFitsNoMerchantIsKeptAnsweredAndCountedAndMakesNoEvent(t *testing.T) {
	for reason, replace := range map[string]map[string]any{
		"foreign_mchid":    {"mchid": "1900000777"},
		"foreign_appid":    {"appid": "wx9999999999999999"},
		"foreign_service":  {"service_id": "999999"},
		"unknown_merchant": {"sub_mchid": "1900000111"},
		"bad_entity":       {"out_order_no": nil},
	} {
		t.Run(reason, func(t *testing.T) {
			w := startedWorld(t)
			from := mainWeChat(t)
			for i, want := range []tally.Outcome{tally.Unroutable, tally.Duplicate} {
				if s := w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", entity(t, replace))); s != http.StatusOK {
					t.Errorf("answered %d", s)
				}
				if n := w.svc.Counts(); n.Outcomes[want] != 1 || n.Reasons[reason] != 1 {
					t.Errorf("delivery %d: counted %+v, want %s %s", i, n, want, reason)
				}
			}
			if !strings.Contains(w.logs.String(), `"outcome":"unroutable","reason":"`+reason+`"`) {
				t.Error("the log does not say it")
			}
			// One that fits comes behind it and overtakes it.
			w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, "FITS")))
			w.settled(1)
			if n := w.stored(); n != 1 {
				t.Errorf("%d events", n)
			}
		})
	}
}

func TestAnUnknownEventTypeIsKeptAnsweredAndCountedAndMakesNoEvent(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	for range 2 {
		if s := w.tell(from, "wx-main", from.notification("PAYSCORE.MCH_PREPAY", `{"some":"thing"}`)); s != http.StatusOK {
			t.Errorf("answered %d", s)
		}
	}
	n := w.svc.Counts()
	if n.Outcomes[tally.Kept] != 1 || n.Outcomes[tally.Duplicate] != 1 || n.Reasons["unknown_event_type"] != 1 {
		t.Errorf("counted %+v", n)
	}
	if stored := w.stored(); stored != 0 {
		t.Errorf("%d events", stored)
	}
}

func TestANewEventTypeOfAPaymentIsPublishedAndShownInTheOrdersStory(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	const new = "PAYSCORE.USER_PAID_V2"
	for range 2 {
		if s := w.tell(from, "wx-main", from.notification(new, paid(t, "NEWTYPE"))); s != http.StatusOK {
			t.Errorf("answered %d", s)
		}
	}
	got := events[*notifyv1.PayScoreOrderNotified](w, "NEWTYPE", 1)[0]
	if got.GetOrigin().GetEventType() != new || got.GetCollectionState() != "USER_PAID" || got.GetPaidAmountFen() != 350 {
		t.Errorf("published %v", got)
	}
	told := story(w, "cabinet", "NEWTYPE")
	if len(told) != 1 || details(told[0])["event_type"] != new || details(told[0])["paid_amount_fen"] != "350" {
		t.Errorf("the story tells %v", told)
	}
	if n := w.svc.Counts(); n.Outcomes[tally.Accepted] != 1 || n.Outcomes[tally.Duplicate] != 1 || n.Reasons["unknown_event_type"] != 1 {
		t.Errorf("counted %+v", n)
	}
}

func TestANewEventTypeOfARefundIsPublished(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	const e = `{"mchid":"1900000109","out_trade_no":"T1","transaction_id":"42","out_refund_no":"RF9","refund_id":"50","refund_status":"REVERSED","amount":{"total":350,"refund":100}}`
	if s := w.tell(from, "wx-main", from.notification("REFUND.REVERSED", e)); s != http.StatusOK {
		t.Errorf("answered %d", s)
	}
	if got := events[*notifyv1.WeChatRefundNotified](w, "RF9", 1)[0]; got.GetRefundStatus() != "REVERSED" || got.GetRefundAmountFen() != 100 {
		t.Errorf("published %v", got)
	}
}

func TestWhatWeChatSignedIsStoredWhateverItsDecoration(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	for no, change := range map[string]func(map[string]any){
		"DRESS1": func(m map[string]any) { m["summary"] = map[string]any{"zh": "用户支付成功"} },
		"DRESS2": func(m map[string]any) { m["id"], m["create_time"], m["resource_type"] = 7, []string{"x"}, true },
		"DRESS3": func(m map[string]any) { delete(m, "id"); delete(m, "summary"); m["Summary"] = 1 },
		"DRESS4": func(m map[string]any) { delete(m, "event_type") },
		"DRESS5": func(m map[string]any) { m["resource"].(map[string]any)["original_type"] = []string{"payscore"} },
	} {
		var envelope map[string]any
		must(t, json.Unmarshal(from.notification("PAYSCORE.USER_PAID", paid(t, no)), &envelope))
		change(envelope)
		body, err := json.Marshal(envelope)
		must(t, err)
		if s := w.tell(from, "wx-main", body); s != http.StatusOK {
			t.Errorf("%s answered %d", no, s)
			continue
		}
		if got := events[*notifyv1.PayScoreOrderNotified](w, no, 1)[0]; got.GetPaidAmountFen() != 350 || len(story(w, "cabinet", no)) != 1 {
			t.Errorf("%s published %v", no, got)
		}
	}
}

func TestAnUnroutableNoticeIsPublishedOnceMerchantsYAMLNamesItsMerchant(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	late := entity(t, map[string]any{"out_order_no": "LATE", "service_id": "500002"})
	w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", late))
	w.stop()
	w.book = bookWith(t, `{id: "500001", cap_fen: 20000}`, `{id: "500001", cap_fen: 20000}, {id: "500002", cap_fen: 20000}`)
	w.start()
	got := events[*notifyv1.PayScoreOrderNotified](w, "LATE", 1)[0]
	if got.GetMerchant() != "cabinet" || got.GetPaidAmountFen() != 350 {
		t.Errorf("published %v", got)
	}
}

func TestNoticesThatStillFitNobodyDoNotKeepOthersFromBeingPublished(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	for i := range 4 {
		for number, service := range map[string]string{"LATE": "500002", "NOBODYS": "500003"} {
			w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", entity(t, map[string]any{"out_order_no": fmt.Sprint(number, i), "service_id": service})))
		}
	}
	w.stop()
	w.book = bookWith(t, `{id: "500001", cap_fen: 20000}`, `{id: "500001", cap_fen: 20000}, {id: "500002", cap_fen: 20000}`)
	w.start()
	for i := range 4 {
		events[*notifyv1.PayScoreOrderNotified](w, fmt.Sprint("LATE", i), 1)
	}
}

func TestANoticeThatAnOlderReplicaCouldNotRouteIsPublishedWithoutAnotherRestart(t *testing.T) {
	w := newWorld(t)
	older := w.book
	w.book = bookWith(t, `{id: "500001", cap_fen: 20000}`, `{id: "500001", cap_fen: 20000}, {id: "500002", cap_fen: 20000}`)
	w.start() // its first look for unroutable notices finds none
	w.book = older
	w.start() // the other replica of a rolling update; deliveries go to it
	from := mainWeChat(t)
	late := entity(t, map[string]any{"out_order_no": "ROLLING", "service_id": "500002"})
	if s := w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", late)); s != http.StatusOK {
		t.Fatalf("answered %d", s)
	}
	if n := w.svc.Counts(); n.Outcomes[tally.Unroutable] != 1 {
		t.Fatalf("counted %+v", n)
	}
	if got := events[*notifyv1.PayScoreOrderNotified](w, "ROLLING", 1)[0]; got.GetMerchant() != "cabinet" {
		t.Errorf("published %v", got)
	}
}

func TestANoticeThatNamesSomebodyElseDoesNotStandInTheWayOfTheTrueOne(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	for _, foreign := range []map[string]any{{"appid": "wx0000000000000000"}, {"service_id": "999999"}, {"mchid": "1999999999"}, {}} {
		foreign["out_order_no"] = "TRUE1"
		if s := w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", entity(t, foreign))); s != http.StatusOK {
			t.Errorf("%v answered %d", foreign, s)
		}
	}
	if got := events[*notifyv1.PayScoreOrderNotified](w, "TRUE1", 1)[0]; got.GetPaidAmountFen() != 350 {
		t.Errorf("published %v", got)
	}
	if n := w.svc.Counts(); n.Outcomes[tally.Unroutable] != 3 || n.Outcomes[tally.Accepted] != 1 {
		t.Errorf("counted %+v", n)
	}
}

// bookWith is the merchants file with a text replaced.
func bookWith(t *testing.T, old, replacement string) *merchant.Book {
	t.Helper()
	text := strings.Replace(string(read(t, "merchants.yaml")), old, replacement, 1)
	dir, err := filepath.Abs("testdata")
	must(t, err)
	b, err := merchant.Parse([]byte(text), dir)
	must(t, err)
	return b
}

func TestAMissingOrEmptyAssociatedDataDecrypts(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	absent := from.envelope("PAYSCORE.USER_PAID", paid(t, "AAD1"), "")
	empty := []byte(strings.Replace(string(from.envelope("PAYSCORE.USER_PAID", paid(t, "AAD2"), "")), `"resource":{`, `"resource":{"associated_data":"",`, 1))
	for _, body := range [][]byte{absent, empty} {
		if s := w.tell(from, "wx-main", body); s != http.StatusOK {
			t.Errorf("answered %d", s)
		}
	}
}

func TestBothKindsOfKeysOfOneAccountVerifyAtOnce(t *testing.T) {
	w := startedWorld(t)
	for i, from := range []wechat{mainWeChat(t), newWeChat(t, otherSerial, "second_private.pem", "apiv3_key")} {
		if s := w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("KEY%d", i)))); s != http.StatusOK {
			t.Errorf("signed by %s answered %d", from.serial, s)
		}
	}
}

func TestAPartnersNotificationIsRoutedBySubMchID(t *testing.T) {
	w := startedWorld(t)
	from := partnerWeChat(t)
	e := entity(t, map[string]any{
		"out_order_no": "SUB1", "mchid": "1900000208", "sub_mchid": "1900009231", "appid": "wx7777777777777777", "service_id": "600001",
	})
	if s := w.tell(from, "wx-partner", from.notification("PAYSCORE.USER_PAID", e)); s != http.StatusOK {
		t.Fatalf("answered %d", s)
	}
	got := events[*notifyv1.PayScoreOrderNotified](w, "SUB1", 1)[0]
	if got.GetMerchant() != "locker" || got.GetSubMchid() != "1900009231" {
		t.Errorf("published %v", got)
	}
}

func TestARefundsEndBecomesOneEvent(t *testing.T) {
	for name, c := range map[string]struct {
		from     wechat
		account  string
		who      string
		merchant string
	}{
		"direct":  {mainWeChat(t), "wx-main", `"mchid":"1900000109"`, "cabinet"},
		"partner": {partnerWeChat(t), "wx-partner", `"sp_mchid":"1900000208","sub_mchid":"1900009231"`, "locker"},
	} {
		t.Run(name, func(t *testing.T) {
			w := startedWorld(t)
			e := fmt.Sprintf(`{%s,"out_trade_no":"T1","transaction_id":"4200001999202311150000000001","out_refund_no":"RF1","refund_id":"5000",
				"refund_status":"SUCCESS","success_time":"2023-11-15T09:00:00+08:00","amount":{"total":350,"refund":100,"payer_total":350,"payer_refund":100}}`, c.who)
			for range 2 {
				if s := w.tell(c.from, c.account, c.from.notification("REFUND.SUCCESS", e)); s != http.StatusOK {
					t.Fatalf("answered %d", s)
				}
			}
			got := events[*notifyv1.WeChatRefundNotified](w, "RF1", 1)[0]
			if got.GetMerchant() != c.merchant || got.GetRefundAmountFen() != 100 || got.GetTotalAmountFen() != 350 ||
				got.GetSuccessTime().GetSeconds() != 1700010000 || got.GetRefundStatus() != "SUCCESS" {
				t.Errorf("published %v", got)
			}
		})
	}
}

func TestMissingKeyFilesAreAllNamedAtStart(t *testing.T) {
	w := newWorld(t)
	b, err := merchant.Parse(read(t, "merchants.yaml"), t.TempDir()) // a folder without any key
	must(t, err)
	w.book = b
	if _, err := w.make(); err == nil || !strings.Contains(err.Error(), "accounts[wx-main].wechat.apiv3_key_file") ||
		!strings.Contains(err.Error(), "accounts[wx-partner].wechat.apiv3_key_file") {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat("testdata/never_opened"); !os.IsNotExist(err) {
		t.Error("the file of the private key exists, so it is not known that it was not opened")
	}
}
