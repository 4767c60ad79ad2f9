package wire

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// SessionOpened reads authinfo's event.
func SessionOpened(m *authinfov1.SessionOpened) order.SessionOpened {
	return order.SessionOpened{
		DeviceID: m.GetDeviceId(), StoreID: m.GetStoreId(), ServiceID: m.GetServiceId(), OutRequestNo: m.GetPayscoreOutRequestNo(),
		OpenedAt: m.GetOpenedAt().AsTime(), ExpiresAt: m.GetExpiresAt().AsTime(),
	}
}

// maxDevice bounds device and store, in characters: what authinfo takes for the terminal (wechat-protocol.md §2.1). The
// device is also a token of every order subject.
const maxDevice = 32

// FaceResult reads the kiosk's word. Its return_code decides which fact it is. An error is a fault of the fact that the
// order answers; the fact then goes without what is wrong.
func FaceResult(e event.Event, m *kioskv1.FaceResult) (order.Fact, error) {
	device, store, wrong := place(m.GetDevice())
	if m.GetReturnCode() != "SUCCESS" {
		return order.FaceFailed{
			ID: e.ID, ServiceID: m.GetServiceId(), DeviceID: device, StoreID: store,
			ReturnCode: clip(m.GetReturnCode(), 16), ErrCode: m.GetErrCode(),
		}, wrong
	}
	details, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil && wrong == nil {
		wrong = fault.New(fault.Terminal, "event_encoding", "the face result does not encode")
	}
	return order.FaceSucceeded{
		ID: e.ID, ServiceID: m.GetServiceId(), DeviceID: device, StoreID: store,
		RiskFund: money.Fen(m.GetRiskFund().GetAmountFen()), Located: m.GetStartLocation() != "", Waited: e.Waited, Details: details,
	}, wrong
}

// ServiceRequested reads the wish for a service without a face. An error is as in FaceResult.
func ServiceRequested(e event.Event, m *kioskv1.ServiceRequested) (order.Fact, error) {
	device, store, wrong := place(m.GetDevice())
	details, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil && wrong == nil {
		wrong = fault.New(fault.Terminal, "event_encoding", "the service_requested does not encode")
	}
	return order.ServiceRequested{
		ID: e.ID, ServiceID: m.GetServiceId(), DeviceID: device, StoreID: store,
		RiskFund: money.Fen(m.GetRiskFund().GetAmountFen()), Located: m.GetStartLocation() != "", Waited: e.Waited, Details: details,
	}, wrong
}

// place is where a fact comes from, empty with an error when it is too long to be a place.
func place(d *kioskv1.Device) (device, store string, err error) {
	if utf8.RuneCountInString(d.GetDeviceId()) > maxDevice || utf8.RuneCountInString(d.GetStoreId()) > maxDevice {
		return "", "", fault.Invalid("device", "field_too_long", "device_id and store_id are at most %d characters", maxDevice)
	}
	return d.GetDeviceId(), d.GetStoreId(), nil
}

// ServiceEnded reads the end of a service. A missing total is an error of its own: nobody is charged, or let go, by
// omission.
func ServiceEnded(e event.Event, m *kioskv1.ServiceEnded, now time.Time) (order.ServiceEnded, error) {
	fact := order.ServiceEnded{End: order.End{FactID: e.ID, HeardAt: now, Total: money.Fen(m.GetTotalAmountFen())}}
	if err := amounts(&fact.End, m.TotalAmountFen != nil, m.GetPostPayments(), m.GetPostDiscounts()); err != nil {
		return fact, err
	}
	if t := m.GetEndTime(); t != nil {
		fact.End.At = t.AsTime()
	}
	details, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return fact, fault.New(fault.Terminal, "event_encoding", "the service_ended does not encode")
	}
	fact.End.Details = details
	return fact, nil
}

// amounts reads the final amounts into e. None is taken for 0 by omission.
func amounts(e *order.End, total bool, payments []*kioskv1.Payment, discounts []*kioskv1.Discount) error {
	if !total {
		return fault.Invalid("total_amount_fen", "field_required", "must be present, 0 for a free order")
	}
	for _, p := range payments {
		if p.AmountFen == nil {
			return fault.Invalid("post_payments.amount_fen", "field_required", "must be present in every item")
		}
		e.Lines = append(e.Lines, money.Fen(p.GetAmountFen()))
	}
	for _, d := range discounts {
		if d.AmountFen == nil {
			return fault.Invalid("post_discounts.amount_fen", "field_required", "must be present in every discount")
		}
		e.Discounts = append(e.Discounts, money.Fen(d.GetAmountFen()))
	}
	return nil
}

// ServiceAborted reads that nothing was delivered. Its reason is for WeChat: a longer one is cut, and one that is no plain text
// makes way for ours. An abort is not refused for its reason: the customer would keep an open order.
func ServiceAborted(e event.Event, m *kioskv1.ServiceAborted) order.ServiceAborted {
	reason := strings.TrimSpace(m.GetReason())
	if strings.ContainsFunc(reason, unicode.IsControl) {
		reason = ""
	}
	return order.ServiceAborted{ID: e.ID, Reason: clip(reason, 30)}
}

// clip keeps an outside word short enough to store.
func clip(s string, n int) string {
	if !utf8.ValidString(s) {
		return ""
	}
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
