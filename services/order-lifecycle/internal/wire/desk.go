package wire

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// requestID is the form of a back office's number: out_order_no, "@" and it fit into the 64 characters of out_refund_no.
var requestID = regexp.MustCompile(`^[0-9A-Za-z_-]{1,31}$`)

// ask reads what all requests of the back office have. A number that is none is left out, so that it cannot be kept.
func ask(e event.Event, sent *timestamppb.Timestamp, id, reason string, longest int) (order.DeskAsk, error) {
	a := order.DeskAsk{FactID: e.ID, RequestID: id, Reason: strings.TrimSpace(reason)}
	if sent != nil {
		a.SentAt = sent.AsTime().Truncate(time.Millisecond) // as it is stored
	}
	if !requestID.MatchString(id) {
		a.RequestID = ""
		return a, fault.Invalid("request_id", "request_id", "must be 1 to 31 of 0-9 A-Z a-z _ -")
	}
	if strings.ContainsFunc(a.Reason, unicode.IsControl) {
		a.Reason = ""
		return a, fault.Invalid("reason", "control_character", "must be UTF-8 without control characters")
	}
	if a.Reason != clip(a.Reason, longest) {
		return a, fault.Invalid("reason", "field_too_long", "must be at most %d characters", longest)
	}
	return a, nil
}

// Limits of a reason in characters: that of orders, and that of refunds (wechat-protocol.md §10.1).
const (
	orderReason  = 30
	refundReason = 80
)

// CancelRequested reads the wish for no charge. An error is a fault of the fact that the order answers.
func CancelRequested(e event.Event, m *deskv1.CancelRequested) (order.Fact, error) {
	a, err := ask(e, m.GetOccurredAt(), m.GetRequestId(), m.GetReason(), orderReason)
	return order.CancelAsked{DeskAsk: a}, err
}

// AmountModifyRequested reads the wish for a lower total.
func AmountModifyRequested(e event.Event, m *deskv1.AmountModifyRequested) (order.Fact, error) {
	a, err := ask(e, m.GetOccurredAt(), m.GetRequestId(), m.GetReason(), orderReason)
	fact := order.ModifyAsked{DeskAsk: a, New: order.End{FactID: e.ID, Total: money.Fen(m.GetTotalAmountFen())}}
	if err == nil {
		err = amounts(&fact.New, m.TotalAmountFen != nil, m.GetPostPayments(), m.GetPostDiscounts())
	}
	details, encoding := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err == nil && encoding != nil {
		err = fault.New(fault.Terminal, "event_encoding", "the amount_modify_requested does not encode")
	}
	fact.New.Details = details
	return fact, err
}

// PaidElsewhere reads that the customer paid by other means.
func PaidElsewhere(e event.Event, m *deskv1.PaidElsewhere) (order.Fact, error) {
	a, err := ask(e, m.GetOccurredAt(), m.GetRequestId(), "", orderReason)
	fact := order.ElsewherePaid{DeskAsk: a}
	switch {
	case err != nil:
	case m.GetPaidAt() == nil:
		err = fault.Invalid("paid_at", "field_required", "must be present")
	default:
		fact.PaidAt, fact.Amount = m.GetPaidAt().AsTime(), money.Fen(m.GetAmountFen())
		if m.AmountFen != nil && fact.Amount <= 0 {
			err = fault.Invalid("amount_fen", "paid_elsewhere_amount", "must be above 0; absent for the whole")
		}
	}
	return fact, err
}

// CollectRequested reads the wish that WeChat collects now.
func CollectRequested(e event.Event, m *deskv1.CollectRequested) (order.Fact, error) {
	a, err := ask(e, m.GetOccurredAt(), m.GetRequestId(), "", orderReason)
	return order.CollectAsked{DeskAsk: a}, err
}

// RefundRequested reads a refund.
func RefundRequested(e event.Event, m *deskv1.RefundRequested) (order.Fact, error) {
	a, err := ask(e, m.GetOccurredAt(), m.GetRequestId(), m.GetReason(), refundReason)
	return order.RefundAsked{DeskAsk: a, TransactionID: m.GetTransactionId(), Amount: money.Fen(m.GetAmountFen())}, err
}
