package callbackingest_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

// goldenUser is the user_key of the vectors' openid:
// printf %s OPENID | openssl dgst -sha256 -hmac "$(cat testdata/user_key)"
const goldenUser = "c4af52378e966b5308627bc4668650c4280bc34d67cc016e87c23871eeedefa5"

// goldenDigest is that of the vectors' user and order:
// printf 'order user\n%s\n%s' OUT_ORDER_NO OPENID | openssl dgst -sha256, its first half
const goldenDigest = "ecff40e5ea87ce8f163579e2831b70b3"

func goldenHeaders(t testing.TB) http.Header {
	t.Helper()
	var values map[string]string
	must(t, json.Unmarshal(read(t, "golden_headers.json"), &values))
	h := http.Header{}
	for k, v := range values {
		h.Set(k, v)
	}
	return h
}

func TestTheGoldenNotificationBecomesOneEventWithEveryFigure(t *testing.T) {
	w := startedWorld(t)
	before := w.clock.Now()
	status, answer := deliver(t, w.door("wx-main"), goldenHeaders(t), read(t, "golden_body.json"))
	if status != http.StatusOK || answer != "" {
		t.Fatalf("answered %d %q, want 200 and no body", status, answer)
	}
	got := events[*notifyv1.PayScoreOrderNotified](w, "PS20231115000001", 1)[0]
	received := got.GetOrigin().GetReceivedAt().AsTime()
	if received.Before(before) || received.After(w.clock.Now()) {
		t.Errorf("received at %v, not while it was received", received)
	}
	total := int64(350)
	want := &notifyv1.PayScoreOrderNotified{
		Merchant: "cabinet", OutOrderNo: "PS20231115000001",
		Origin: &notifyv1.Origin{
			Account: "wx-main", NotificationId: "9d2f7c1e-6f0b-5f3a-8c1d-2b7a4e9c0d11", EventType: "PAYSCORE.USER_PAID",
			Serial: mainSerial, RequestId: "08A1B2C3-0",
			CreatedAt: timestamppb.New(goldenTime), ReceivedAt: got.GetOrigin().GetReceivedAt(),
		},
		Mchid: "1900000109", Appid: "wx8888888888888888", ServiceId: "500001", OrderId: "1000000000202311150001",
		UserDigest: goldenDigest,
		State:      "DONE", TotalAmountFen: &total, CollectionState: "USER_PAID", PaidAmountFen: 350,
		Parts: []*notifyv1.CollectionPart{{
			TransactionId: "4200001999202311150000000001", AmountFen: 350, PaidType: "NEWTON", PaidTime: "20231115061503",
		}},
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func TestTheGoldenWindowIsOpenFor299SecondsBothWaysAndShutAt300(t *testing.T) {
	for shift, want := range map[time.Duration]int{
		-299 * time.Second: http.StatusOK, 299 * time.Second: http.StatusOK,
		-300 * time.Second: http.StatusUnauthorized, 300 * time.Second: http.StatusUnauthorized,
	} {
		t.Run(shift.String(), func(t *testing.T) {
			w := newWorld(t)
			w.clock = standing(goldenTime.Add(shift))
			w.start()
			if status, _ := deliver(t, w.door("wx-main"), goldenHeaders(t), read(t, "golden_body.json")); status != want {
				t.Errorf("answered %d, want %d", status, want)
			}
			if want != http.StatusOK && w.svc.Counts().Outcomes[tally.Rejected] != 1 {
				t.Errorf("counted %+v", w.svc.Counts())
			}
		})
	}
}

func TestTheGoldenSealedAuthorizationBecomesAnEventOfItsUser(t *testing.T) {
	w := startedWorld(t)
	var sealed struct{ Nonce, AAD, Ciphertext string }
	must(t, json.Unmarshal(read(t, "golden_open_service.json"), &sealed))
	body, err := json.Marshal(map[string]any{
		"id": "EV-1", "create_time": "2023-11-15T06:13:20+08:00", "event_type": "PAYSCORE.USER_OPEN_SERVICE", "resource_type": "encrypt-resource",
		"resource": map[string]string{"algorithm": "AEAD_AES_256_GCM", "nonce": sealed.Nonce, "associated_data": sealed.AAD, "ciphertext": sealed.Ciphertext},
	})
	must(t, err)
	if s := w.tell(mainWeChat(t), "wx-main", body); s != http.StatusOK {
		t.Fatalf("answered %d", s)
	}
	got := events[*notifyv1.PayScoreAuthorizationNotified](w, goldenUser, 1)[0]
	if got.GetMerchant() != "cabinet" || got.GetOutRequestNo() != "REQ20231115000001" || got.GetServiceId() != "500001" ||
		got.GetUserServiceStatus() != "USER_OPEN_SERVICE" || got.GetOpenorcloseTime() != "20231115061320" || got.GetUserKey() != goldenUser {
		t.Errorf("published %v", got)
	}
}
