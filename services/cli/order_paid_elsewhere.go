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
	var whole, rest bool
	cmd := deskCommand("paid-elsewhere NUMBER --paid-at TIME [--whole|--rest]", "the customer paid by other means: WeChat stops collecting (另行付款)", `
Tells WeChat that the customer paid the merchant by other means, so that it stops collecting. What WeChat collects all the same is
refunded by itself. When WeChat has collected a part already, say what the customer paid: the whole (WeChat's part goes back to him)
or the rest (it does not).
用户已通过其他方式向商户付款：告知微信停止扣款；若微信仍扣了款，会自动退回。微信已收部分款时须说明用户付的是整单（微信已收部分退回）还是余额。`,
		func(*cobra.Command) wish {
			return func(a deskAsk) (deskFact, text, error) {
				paidAt, err := moneyCameAt(at, a)
				if err != nil {
					return nil, text{}, err
				}
				amount, err := paidElsewhere(a, whole, rest)
				if err != nil {
					return nil, text{}, err
				}
				fact := &deskv1.PaidElsewhere{
					Merchant: a.merchant, OutOrderNo: a.number, RequestId: a.requestID, PaidAt: paidAt, OccurredAt: a.now, AmountFen: amount,
				}
				said := a.story.shownFen(labelTotal)
				if amount != nil {
					said = shown(*amount)
				}
				return fact, says("订单 %s（当前 %s，总额 %s，已收 %s）已于 %s 由用户另行支付 %s", "order %s (now %s, total %s, collected %s) was paid elsewhere at %s: %s").
					with(a.number, a.story.shownState(), a.story.shownFen(labelTotal), a.story.shownFen(labelPaid), beijingTime(paidAt.AsTime()), said), nil
			}
		})
	cmd.Flags().BoolVar(&whole, "whole", false, "the customer paid the whole by other means: what WeChat has collected goes back to him")
	cmd.Flags().BoolVar(&rest, "rest", false, "the customer paid only what WeChat has not collected")
	cmd.MarkFlagsMutuallyExclusive("whole", "rest")
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

// paidElsewhere is what the customer paid by other means, absent for the whole of an order of which WeChat has nothing. That of a
// repeat is that of the first time.
func paidElsewhere(a deskAsk, whole, rest bool) (*int64, error) {
	if had, ok := a.before.fact.(*deskv1.PaidElsewhere); ok {
		return had.AmountFen, nil
	}
	total, collected := a.story.fen(labelTotal), a.story.fen(labelPaid)
	partly := a.story.State != "PAID" && collected > 0 && collected < total
	switch {
	case rest:
		return new(total - collected), nil
	case whole:
		return new(total), nil
	case partly:
		return nil, fault.Invalid("--rest", "paid_elsewhere_amount",
			"WeChat has collected %s of %s: say --whole if the customer paid all of it by other means and WeChat's part is to go back, --rest if he paid the other %s",
			shown(collected), shown(total), shown(total-collected))
	}
	return nil, nil
}
