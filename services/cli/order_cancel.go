package cli

import (
	"github.com/spf13/cobra"

	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
)

func cancelCommand() *cobra.Command {
	var reason string
	cmd := deskCommand("cancel NUMBER", "cancel an order at no charge, also while WeChat collects (撤销)", `
Cancels the order at no charge: before it is open, in service, while its user has not confirmed it, and while WeChat collects.
WeChat may refuse the last; a payment that comes first is answered as such: refund it then.
撤销订单，不向用户收费；微信收款中的订单微信可能拒绝撤销，已先到账的请退款。`,
		func(*cobra.Command) wish {
			return func(a deskAsk) (deskFact, text, error) {
				return &deskv1.CancelRequested{
					Merchant: a.merchant, OutOrderNo: a.number, RequestId: a.requestID, Reason: reason, OccurredAt: a.now,
				}, says("撤销订单 %s（当前 %s），不收费", "cancel order %s (now %s) at no charge").with(a.number, a.story.shownState()), nil
			}
		})
	cmd.Flags().StringVar(&reason, "reason", "", "why, sent to WeChat; at most 30 characters")
	return cmd
}
