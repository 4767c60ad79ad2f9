package cli

import (
	"github.com/spf13/cobra"

	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
)

func collectCommand() *cobra.Command {
	return deskCommand("collect NUMBER", "ask WeChat to deduct now what it collects (催收扣款)", `
Asks WeChat to try the deduction now. It needs a permission of WeChat's. That WeChat took the wish is not yet money:
order.paid tells whether it succeeded.
请微信立即尝试扣款（需微信开通权限）。受理不等于到账，是否扣成以 order.paid 为准。`,
		func(*cobra.Command) wish {
			return func(a deskAsk) (deskFact, text, error) {
				return &deskv1.CollectRequested{Merchant: a.merchant, OutOrderNo: a.number, RequestId: a.requestID, OccurredAt: a.now},
					says("请微信立即扣款：订单 %s（当前 %s，总额 %s，已收 %s）", "ask WeChat to deduct now: order %s (now %s, total %s, collected %s)").
						with(a.number, a.story.shownState(), a.story.shownFen("total_amount_fen"), a.story.shownFen("paid_amount_fen")), nil
			}
		})
}
