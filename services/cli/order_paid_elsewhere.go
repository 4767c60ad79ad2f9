package cli

import (
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
)

func paidElsewhereCommand() *cobra.Command {
	var at string
	cmd := deskCommand("paid-elsewhere NUMBER --paid-at TIME", "the customer paid the whole order by other means: WeChat stops collecting (另行付款)", `
Tells WeChat that the customer paid the whole order to the merchant by other means, so that it stops collecting. What WeChat collects
all the same is refunded by itself.
用户已通过其他方式向商户付清整单：告知微信停止扣款；若微信仍扣了款，会自动退回。`,
		func(*cobra.Command) wish {
			return func(a deskAsk) (deskFact, text, error) {
				paidAt, err := moneyCameAt(at, a)
				if err != nil {
					return nil, text{}, err
				}
				fact := &deskv1.PaidElsewhere{Merchant: a.merchant, OutOrderNo: a.number, RequestId: a.requestID, PaidAt: paidAt, OccurredAt: a.now}
				return fact, says("订单 %s（当前 %s）已于 %s 由用户另行付清 %s", "order %s (now %s) was paid elsewhere at %s: %s").
					with(a.number, a.story.shownState(), beijingTime(paidAt.AsTime()), a.story.shownFen("total_amount_fen")), nil
			}
		})
	cmd.Flags().StringVar(&at, "paid-at", "", `when the money came: now, Beijing time "2026-03-01 21:05:00", or RFC 3339`)
	_ = cmd.MarkFlagRequired("paid-at") // the flag exists
	return cmd
}

// moneyCameAt reads --paid-at. The now of a repeat is that of the first time.
func moneyCameAt(typed string, a deskAsk) (*timestamppb.Timestamp, error) {
	if typed == "now" {
		if had, ok := a.before.fact.(*deskv1.PaidElsewhere); ok {
			return had.GetPaidAt(), nil
		}
		return a.now, nil
	}
	at, err := time.ParseInLocation(time.DateTime, typed, clock.Beijing)
	if err != nil {
		at, err = time.Parse(time.RFC3339, typed)
	}
	if err != nil {
		return nil, fault.Invalid("--paid-at", "time_malformed", `must be now, a Beijing time like "2026-03-01 21:05:00", or RFC 3339, not %q`, typed)
	}
	return timestamppb.New(at), nil
}
