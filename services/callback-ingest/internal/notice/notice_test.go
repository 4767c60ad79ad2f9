package notice_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

func name(f notice.Fact) string {
	return event.NoticeID(append([]string{string(f.Kind())}, f.Key()...)...)
}

func party(t *rapid.T) notice.Party {
	word := rapid.StringMatching(`[a-z0-9]{0,3}`)
	return notice.Party{MchID: word.Draw(t, "mchid"), SubMchID: word.Draw(t, "sub_mchid"), AppID: word.Draw(t, "appid"), ServiceID: word.Draw(t, "service_id")}
}

func order(t *rapid.T) notice.Order {
	word := rapid.StringMatching(`[a-z0-9]{0,3}`)
	return notice.Order{
		Party: party(t), OutOrderNo: word.Draw(t, "no"), EventType: word.Draw(t, "event"), State: word.Draw(t, "state"),
		CollectionState: word.Draw(t, "collection"), Paid: money.Fen(rapid.Int64Range(0, 3).Draw(t, "paid")),
	}
}

func TestTwoOrderNewsHaveOneNameExactlyWhenPartyAndTheSheetsPartsAreEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := order(t), order(t)
		same := a.Party == b.Party && a.OutOrderNo == b.OutOrderNo &&
			a.EventType == b.EventType && a.State == b.State && a.CollectionState == b.CollectionState && a.Paid == b.Paid
		if same != (name(a) == name(b)) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

func TestTwoAuthorizationsHaveOneNameExactlyWhenTheirPartsAreEqual(t *testing.T) {
	draw := func(t *rapid.T) notice.Authorization {
		word := rapid.StringMatching(`[a-z]{0,2}`)
		return notice.Authorization{
			Party: party(t), OpenID: word.Draw(t, "openid"), SubOpenID: word.Draw(t, "sub_openid"), Status: word.Draw(t, "status"),
			OpenOrCloseTime: word.Draw(t, "time"), OutRequestNo: word.Draw(t, "request"),
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t), draw(t)
		if (a == b) != (name(a) == name(b)) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

func TestFactsOfDifferentKindsNeverShareAName(t *testing.T) {
	p := notice.Party{MchID: "1", SubMchID: "2"}
	facts := []notice.Fact{
		notice.Order{Party: p, OutOrderNo: "3"}, notice.Refund{Party: p, OutRefundNo: "3"}, notice.Refund{Party: p, OutRefundNo: "3", Status: "SUCCESS"},
		notice.Authorization{Party: p, OpenID: "3"}, notice.Unread{EventType: "1", Digest: "2"},
	}
	names := map[string]bool{}
	for _, f := range facts {
		names[name(f)] = true
	}
	if len(names) != len(facts) {
		t.Errorf("%d names for %d facts", len(names), len(facts))
	}
}

func TestEveryEventTypeOfTheSheetHasItsKindAndNoOther(t *testing.T) {
	kinds := map[notice.Kind][]string{
		notice.PayScoreOrder:         {"PAYSCORE.USER_CONFIRM", "PAYSCORE.USER_PAID"},
		notice.PayScoreAuthorization: {"PAYSCORE.USER_OPEN_SERVICE", "PAYSCORE.USER_CLOSE_SERVICE"},
		notice.WeChatRefund:          {"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"},
		notice.Unknown:               {"", "PAYSCORE.USER_ACCEPTED", "PAYSCORE.MCH_PREPAY", "payscore.user_paid", "REFUND.SUCCESS "},
	}
	for kind, types := range kinds {
		for _, eventType := range types {
			if got := notice.KindOf(eventType); got != kind {
				t.Errorf("%q is %s, want %s", eventType, got, kind)
			}
		}
	}
}
