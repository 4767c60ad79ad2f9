package cli

import (
	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
)

func modifyCommand() *cobra.Command {
	var m modification
	cmd := deskCommand("modify NUMBER --item NAME=FEN[,DESCRIPTION][xCOUNT] … --reason WHY", "lower the total that WeChat collects (修改金额)", `
Replaces the items and discounts of an order that WeChat collects. The total, items less discounts, is computed and shown; it must
be above 0 and below the present one. The fen of an item are the whole line's, a count is for display only:

  order modify N1 --item '矿泉水=600,550ml x2' --discount '会员价=100,会员优惠' --reason 少取一件

只能改低：新总额 = 各项之和 - 优惠之和，须大于 0 且低于现总额。每项金额是整行金额（分），数量仅用于展示。`,
		func(*cobra.Command) wish { return m.wish })
	f := cmd.Flags()
	f.StringArrayVar(&m.items, "item", nil, "one line of the new bill, fen; may be repeated")
	f.StringArrayVar(&m.discounts, "discount", nil, "one discount, fen, written like an item with a description; may be repeated")
	f.StringVar(&m.reason, "reason", "", "why, sent to WeChat; at most 30 characters")
	_, _ = cmd.MarkFlagRequired("item"), cmd.MarkFlagRequired("reason") // both flags exist
	return cmd
}

// modification is what the flags say.
type modification struct {
	items, discounts []string
	reason           string
}

func (m modification) wish(a deskAsk) (deskFact, text, error) {
	items, sum, err := parseItems("--item", m.items)
	if err != nil {
		return nil, text{}, err
	}
	discounts, off, err := parseItems("--discount", m.discounts)
	if err != nil {
		return nil, text{}, err
	}
	total, err := money.Sub(sum, off)
	if err != nil {
		return nil, text{}, err
	}
	if total < 0 {
		return nil, text{}, fault.Invalid("--discount", "total_amount_formula", "discounts of %s are above the items' %s", shown(int64(off)), shown(int64(sum)))
	}
	if total == 0 {
		return nil, text{}, fault.Invalid("--item", "modify_to_zero", "the new total is %d fen, it must be above 0: cancel the order instead", total)
	}
	fact := &deskv1.AmountModifyRequested{
		Merchant: a.merchant, OutOrderNo: a.number, RequestId: a.requestID, TotalAmountFen: proto.Int64(int64(total)), Reason: m.reason, OccurredAt: a.now,
	}
	for _, it := range items {
		fact.PostPayments = append(fact.PostPayments, &kioskv1.Payment{
			Name: it.name, AmountFen: proto.Int64(int64(it.fen)), Description: it.description, Count: it.count,
		})
	}
	for _, it := range discounts {
		fact.PostDiscounts = append(fact.PostDiscounts, &kioskv1.Discount{
			Name: it.name, AmountFen: proto.Int64(int64(it.fen)), Description: it.description, Count: it.count,
		})
	}
	return fact, says("订单 %s（当前 %s，总额 %s）新总额 = %s - %s = %s", "order %s (now %s, total %s): the new total is %s - %s = %s").
		with(a.number, a.story.shownState(), a.story.shownFen("total_amount_fen"), shown(int64(sum)), shown(int64(off)), shown(int64(total))), nil
}
