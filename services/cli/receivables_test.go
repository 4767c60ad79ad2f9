package cli

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// owes makes order-lifecycle tell of n receivables, the oldest n+1 hours and a half old, the youngest two.
func (s *stage) owes(n int, each int64) {
	s.serve("order-lifecycle", func(r *service.Requests) {
		service.Handle(r, "receivables", func(_ context.Context, req *orderv1.ReceivablesRequest) (*orderv1.ReceivablesReply, error) {
			if req.GetMerchant() != "m" {
				return nil, fault.Invalid("merchant", "unknown_merchant", "no such merchant")
			}
			start, _ := strconv.Atoi(req.GetAfter())
			reply := &orderv1.ReceivablesReply{}
			for i := start; i < min(start+int(req.GetLimit()), n); i++ {
				reply.Receivables = append(reply.Receivables, &orderv1.Receivable{
					OutOrderNo: fmt.Sprintf("R%03d", i), DeviceId: "K1", State: "PAYMENT_PENDING", TotalAmountFen: each, PaidAmountFen: 50,
					PendingSince: timestamppb.New(time.Now().Add(-time.Duration(n+1-i)*time.Hour - 30*time.Minute - 30*time.Second)), Note: "deduction_failed",
				})
			}
			if end := start + int(req.GetLimit()); end < n {
				reply.Next = strconv.Itoa(end)
			}
			return reply, nil
		})
	})
}

func TestReceivablesAreListedWithAgeAndSummedUpExactlyOverAllPages(t *testing.T) {
	s := newStage(t)
	s.owes(250, 350)
	for _, c := range []struct {
		args  []string
		rows  int
		words []string
	}{
		{nil, 100, []string{"R000", "10d11h", "100 receivables: total 350.00 元, paid 50.00 元, still out 300.00 元", "还有更多"}},
		{[]string{"--all"}, 250, []string{"R249", "2h30m", "共 250 笔，应收 875.00 元，已收 125.00 元，未收 750.00 元"}},
		{[]string{"--all", "--older-than", "150h"}, 102, []string{"R101", "102 receivables"}},
		{[]string{"--older-than", "1000h"}, 0, []string{"0 receivables: total 0.00 元"}},
	} {
		got := s.types(append([]string{"receivables", "--merchant", "m"}, c.args...)...)
		got.shows(t, 0, c.words...)
		if rows := strings.Count(got.out, "deduction_failed"); rows != c.rows {
			t.Errorf("%v: %d rows, want %d", c.args, rows, c.rows)
		}
		if more := strings.Contains(got.out, "there are more"); more != (c.args == nil) {
			t.Errorf("%v: it says that there are more: %v", c.args, more)
		}
	}
	s.types("receivables", "--merchant", "x").shows(t, 1, "unknown_merchant")
	s.types("receivables").shows(t, 1, "\"merchant\" not set")
}

func TestASumOfReceivablesThatNoIntegerHoldsIsAnErrorAndNotAnotherSum(t *testing.T) {
	s := newStage(t)
	s.owes(2, math.MaxInt64)
	s.types("receivables", "--merchant", "m").shows(t, 1, "amount_overflow")
}
