package wire

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/fault"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
)

func TestWhatTheBackOfficeAsksIsHeldToItsLimits(t *testing.T) {
	long := func(n int) string { return strings.Repeat("因", n) }
	total, line := int64(1), []*kioskv1.Payment{{Name: "x", AmountFen: new(int64(1))}}
	for name, c := range map[string]struct {
		read        func() error
		field, code string
	}{
		"cancel, reason of 30": {func() error {
			_, err := CancelRequested(fact, &deskv1.CancelRequested{RequestId: "r", Reason: long(30)})
			return err
		}, "", ""},
		"cancel, reason of 31": {func() error {
			_, err := CancelRequested(fact, &deskv1.CancelRequested{RequestId: "r", Reason: long(31)})
			return err
		}, "reason", "field_too_long"},
		"modify, reason of 30": {func() error {
			_, err := AmountModifyRequested(fact, &deskv1.AmountModifyRequested{RequestId: "r", Reason: long(30), TotalAmountFen: &total, PostPayments: line})
			return err
		}, "", ""},
		"modify, reason of 31": {func() error {
			_, err := AmountModifyRequested(fact, &deskv1.AmountModifyRequested{RequestId: "r", Reason: long(31), TotalAmountFen: &total, PostPayments: line})
			return err
		}, "reason", "field_too_long"},
		"modify without total": {func() error {
			_, err := AmountModifyRequested(fact, &deskv1.AmountModifyRequested{RequestId: "r", PostPayments: line})
			return err
		}, "total_amount_fen", "field_required"},
		"refund, reason of 80": {func() error {
			_, err := RefundRequested(fact, &deskv1.RefundRequested{RequestId: "r", Reason: long(80)})
			return err
		}, "", ""},
		"refund, reason of 81": {func() error {
			_, err := RefundRequested(fact, &deskv1.RefundRequested{RequestId: "r", Reason: long(81)})
			return err
		}, "reason", "field_too_long"},
		"refund, number of 31": {func() error {
			_, err := RefundRequested(fact, &deskv1.RefundRequested{RequestId: strings.Repeat("r", 31)})
			return err
		}, "", ""},
		"refund, number of 32": {func() error {
			_, err := RefundRequested(fact, &deskv1.RefundRequested{RequestId: strings.Repeat("r", 32)})
			return err
		}, "request_id", "request_id"},
		"refund, number with @": {func() error { _, err := RefundRequested(fact, &deskv1.RefundRequested{RequestId: "a@b"}); return err }, "request_id", "request_id"},
		"collect, no number":    {func() error { _, err := CollectRequested(fact, &deskv1.CollectRequested{}); return err }, "request_id", "request_id"},
		"elsewhere, no time":    {func() error { _, err := PaidElsewhere(fact, &deskv1.PaidElsewhere{RequestId: "r"}); return err }, "paid_at", "field_required"},
		"elsewhere, nothing": {func() error {
			_, err := PaidElsewhere(fact, &deskv1.PaidElsewhere{RequestId: "r", PaidAt: timestamppb.New(at), AmountFen: new(int64(0))})
			return err
		}, "amount_fen", "paid_elsewhere_amount"},
		"elsewhere, less than nothing": {func() error {
			_, err := PaidElsewhere(fact, &deskv1.PaidElsewhere{RequestId: "r", PaidAt: timestamppb.New(at), AmountFen: new(int64(-1))})
			return err
		}, "amount_fen", "paid_elsewhere_amount"},
		"a reason that steers a terminal": {func() error {
			_, err := CancelRequested(fact, &deskv1.CancelRequested{RequestId: "r", Reason: "a\x1b[2Jb"})
			return err
		}, "reason", "control_character"},
		"elsewhere": {func() error {
			_, err := PaidElsewhere(fact, &deskv1.PaidElsewhere{RequestId: "r", PaidAt: timestamppb.New(at)})
			return err
		}, "", ""},
	} {
		err := c.read()
		if fault.FieldOf(err) != c.field || fault.CodeOf(err) != c.code || err != nil && !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: %v, want %s [%s]", name, err, c.code, c.field)
		}
	}
}
