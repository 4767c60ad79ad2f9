package wire

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

var fact = event.Event{ID: "id1"}

func TestOnlySUCCESSAsksForAnOrder(t *testing.T) {
	for code, want := range map[string]bool{"SUCCESS": true, "success": false, "ERROR": false, "USER_CANCEL": false, "": false} {
		got, err := FaceResult(fact, &kioskv1.FaceResult{ReturnCode: code})
		if _, ok := got.(order.FaceSucceeded); ok != want || err != nil {
			t.Errorf("%q: got %T, %v", code, got, err)
		}
	}
}

func TestAFaceResultKeepsWhatTheOrderNeeds(t *testing.T) {
	m := &kioskv1.FaceResult{
		ReturnCode: "SUCCESS", ServiceId: "500001", Device: &kioskv1.Device{DeviceId: "K1", StoreId: "S1"},
		RiskFund: &kioskv1.RiskFund{AmountFen: 100}, StartLocation: "lobby",
	}
	got, _ := FaceResult(fact, m)
	f := got.(order.FaceSucceeded)
	if len(f.Details) == 0 {
		t.Error("nothing is left for the scribe")
	}
	f.Details = nil
	want := order.FaceSucceeded{ID: "id1", ServiceID: "500001", DeviceID: "K1", StoreID: "S1", RiskFund: 100, Located: true}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	got, _ = FaceResult(fact, &kioskv1.FaceResult{ReturnCode: strings.Repeat("错", 20), ErrCode: 7, ServiceId: "500001"})
	if diff := cmp.Diff(order.FaceFailed{ID: "id1", ServiceID: "500001", ReturnCode: strings.Repeat("错", 16), ErrCode: 7}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNobodyIsChargedOrLetGoByOmission(t *testing.T) {
	full := func() *kioskv1.ServiceEnded {
		return &kioskv1.ServiceEnded{
			TotalAmountFen: new(int64(350)), EndTime: timestamppb.New(at),
			PostPayments:  []*kioskv1.Payment{{Name: "a", AmountFen: new(int64(400))}},
			PostDiscounts: []*kioskv1.Discount{{Name: "b", AmountFen: new(int64(50))}},
		}
	}
	heard := at.Add(time.Second)
	got, err := ServiceEnded(fact, full(), heard)
	want := order.End{FactID: "id1", Total: 350, Lines: []money.Fen{400}, Discounts: []money.Fen{50}, At: at, HeardAt: heard, Details: got.End.Details}
	if diff := cmp.Diff(want, got.End); diff != "" || err != nil || len(got.End.Details) == 0 {
		t.Error(diff, err)
	}
	for field, omit := range map[string]func(*kioskv1.ServiceEnded){
		"total_amount_fen":          func(m *kioskv1.ServiceEnded) { m.TotalAmountFen = nil },
		"post_payments.amount_fen":  func(m *kioskv1.ServiceEnded) { m.PostPayments[0].AmountFen = nil },
		"post_discounts.amount_fen": func(m *kioskv1.ServiceEnded) { m.PostDiscounts[0].AmountFen = nil },
	} {
		m := full()
		omit(m)
		got, err := ServiceEnded(fact, m, heard)
		if fault.FieldOf(err) != field || fault.CodeOf(err) != "field_required" || got.End.FactID != "id1" {
			t.Errorf("%s: got %v", field, err)
		}
	}
	free := full()
	free.TotalAmountFen, free.EndTime = new(int64(0)), nil
	if got, err := ServiceEnded(fact, free, heard); err != nil || got.End.Total != 0 || !got.End.At.IsZero() {
		t.Errorf("a free end without a time: %+v, %v", got.End, err)
	}
}

func TestAnAbortReasonIsOnlyWhatWeChatTakes(t *testing.T) {
	for raw, want := range map[string]string{
		" 柜门故障 ": "柜门故障", strings.Repeat("柜", 31): strings.Repeat("柜", 30), "": "", "\xff": "",
		"柜门\x00故障": "", "柜门\n故障": "", "柜门\u0085故障": "", "柜门故障\n": "柜门故障",
	} {
		if got := ServiceAborted(fact, &kioskv1.ServiceAborted{Reason: raw}); got != (order.ServiceAborted{ID: "id1", Reason: want}) {
			t.Errorf("%q: got %+v", raw, got)
		}
	}
}

func TestASessionKeepsItsTimesAndPlaces(t *testing.T) {
	got := SessionOpened(&authinfov1.SessionOpened{
		DeviceId: "K1", StoreId: "S1", ServiceId: "500001", PayscoreOutRequestNo: "R1",
		OpenedAt: timestamppb.New(at), ExpiresAt: timestamppb.New(at.Add(time.Minute)),
	})
	want := order.SessionOpened{DeviceID: "K1", StoreID: "S1", ServiceID: "500001", OutRequestNo: "R1", OpenedAt: at, ExpiresAt: at.Add(time.Minute)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestADeviceTooLongForASubjectIsRefusedAndNotKept(t *testing.T) {
	for _, code := range []string{"SUCCESS", "ERROR"} {
		got, wrong := FaceResult(fact, &kioskv1.FaceResult{ReturnCode: code, Device: &kioskv1.Device{DeviceId: strings.Repeat("柜", 33)}})
		device := ""
		switch f := got.(type) {
		case order.FaceSucceeded:
			device = f.DeviceID
		case order.FaceFailed:
			device = f.DeviceID
		}
		if fault.CodeOf(wrong) != "field_too_long" || device != "" {
			t.Errorf("%s: got %v, device %q", code, wrong, device)
		}
	}
}
