package cli

import (
	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
)

func refundCommand() *cobra.Command {
	var r refundFlags
	cmd := deskCommand("refund NUMBER --fen FEN|--yuan YUAN|--all", "give a payment, or a part of it, back to the customer (退款)", `
Refunds a payment of a paid order, or a part of it. Minutes to a wallet, days to a bank card: when it is not done in time, the command
ends with 2 and the refund goes on. After a failed refund a new try needs a new --request-id. --all takes what is left of the payment.
退款：退到零钱几分钟，退到银行卡需数日；未完成时退出码为 2，退款继续进行。失败后重试需用新的请求号。`,
		func(cmd *cobra.Command) wish {
			return func(a deskAsk) (deskFact, text, error) { return r.wish(cmd, a) }
		})
	f := cmd.Flags()
	r.amount.flags(cmd, "what goes back")
	f.BoolVar(&r.all, "all", false, "what is left of the payment")
	f.StringVar(&r.transaction, "transaction", "", "WeChat's payment number (微信支付订单号); needed only when the order has several payments")
	f.StringVar(&r.reason, "reason", "", "shown to the customer; at most 80 characters")
	cmd.MarkFlagsMutuallyExclusive("fen", "all")
	cmd.MarkFlagsMutuallyExclusive("yuan", "all")
	cmd.MarkFlagsOneRequired("fen", "yuan", "all")
	return cmd
}

// refundFlags are what was typed.
type refundFlags struct {
	amount              amount
	all                 bool
	transaction, reason string
}

func (r *refundFlags) wish(cmd *cobra.Command, a deskAsk) (deskFact, text, error) {
	fen, transaction, err := r.what(cmd, a)
	if err != nil {
		return nil, text{}, err
	}
	fact := &deskv1.RefundRequested{
		Merchant: a.merchant, OutOrderNo: a.number, RequestId: a.requestID, TransactionId: transaction,
		AmountFen: int64(fen), Reason: r.reason, OccurredAt: a.now,
	}
	return fact, says("订单 %s（当前 %s，已收 %s）退款 %s", "order %s (now %s, collected %s): refund %s").
		with(a.number, a.story.shownState(), a.story.shownFen("paid_amount_fen"), shown(int64(fen))), nil
}

// what is refunded. For --all order-lifecycle's story tells what is left of which payment; the all of a repeat is that of the
// first time.
func (r *refundFlags) what(cmd *cobra.Command, a deskAsk) (money.Fen, string, error) {
	if !r.all {
		fen, err := r.amount.read(cmd)
		return fen, r.transaction, err
	}
	if had, ok := a.before.fact.(*deskv1.RefundRequested); ok {
		return money.Fen(had.GetAmountFen()), had.GetTransactionId(), nil
	}
	payments := a.story.payments()
	for _, p := range payments {
		switch {
		case r.transaction == "" && len(payments) > 1:
			return 0, "", fault.Invalid("--transaction", "transaction_ambiguous", "is required with --all: the order has %d payments, see order show", len(payments))
		case r.transaction != "" && r.transaction != p.transaction:
			continue
		case p.left <= 0:
			return 0, "", fault.Invalid("--all", "nothing_to_refund", "nothing is left of payment %s", p.transaction)
		}
		return p.left, p.transaction, nil
	}
	switch {
	case a.story.State != "PAID":
		return 0, "", fault.Invalid("--all", "not_paid", "the order is %s: only what was paid can be refunded", a.story.shownState())
	case r.transaction != "":
		return 0, "", fault.Invalid("--transaction", "transaction_unknown", "is no payment by WeChat of this order")
	}
	return 0, "", fault.Invalid("--all", "nothing_to_refund", "WeChat collected nothing of this order: what the merchant took by other means he gives back himself")
}
