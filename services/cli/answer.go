package cli

import (
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// answer is what became of a request of the back office; where the money is after it, the order itself tells. problem is nil
// when it was done.
type answer struct {
	says    text
	problem error
}

func done(t text) (answer, bool) { return answer{says: t}, true }

func failed(code string, t text) (answer, bool) {
	return answer{t, fault.New(fault.Terminal, code, "%s", t.en)}, true
}

// answerOf reads an event of the order as the answer to a request; false when it is none. A refusal names the fact it refuses by
// its event id; what else answers which request is written on the facts (desk.proto).
func answerOf(fact deskFact, id string, m proto.Message) (answer, bool) {
	if r, ok := m.(*orderv1.FactRejected); ok {
		if r.GetFactId() != id {
			return answer{}, false
		}
		return rejected(r)
	}
	switch asked := fact.(type) {
	case *deskv1.CancelRequested:
		return cancelAnswer(m)
	case *deskv1.AmountModifyRequested:
		return modifyAnswer(asked, m)
	case *deskv1.PaidElsewhere:
		return elsewhereAnswer(asked, m)
	case *deskv1.CollectRequested:
		return collectAnswer(asked, m)
	case *deskv1.RefundRequested:
		return refundAnswer(asked, m)
	}
	return answer{}, false
}

// rejected changed nothing, here and at WeChat; only of one that was superseded nobody knows.
func rejected(r *orderv1.FactRejected) (answer, bool) {
	p := r.GetProblem()
	said := says("请求被拒绝，没有任何改变", "the request was refused and changed nothing")
	if p.GetCode() == "superseded" {
		said = says("请求已被新的请求取代，微信可能已执行，也可能没有", "another request took its place; WeChat may have carried it out or not")
	}
	return answer{said, fault.Invalid(p.GetField(), p.GetCode(), "%s", p.GetText())}, true
}

func cancelAnswer(m proto.Message) (answer, bool) {
	switch m := m.(type) {
	case *orderv1.OrderRevoked:
		return done(says("已在微信侧撤销", "cancelled at WeChat"))
	case *orderv1.OrderAbandoned:
		return done(says("已取消：尚未向微信开单，没有资金往来", "cancelled before anything was sent to WeChat: no money was involved"))
	case *orderv1.OrderRefused, *orderv1.OrderExpired:
		return done(says("无需撤销：微信没有有效的订单，不会收费", "there is nothing to cancel: WeChat has no such order any more, nothing will be collected"))
	case *orderv1.OrderFree:
		return done(says("订单已完成且无需付款，不会收费", "the order is done with nothing to pay: nothing will be collected"))
	case *orderv1.OrderPaid:
		return failed("already_paid", says("未能撤销：款项已先到账 %s，如需退还请退款", "not cancelled: the payment came first, %s; refund it to give it back").with(shown(m.GetPaidAmountFen())))
	}
	return answer{}, false
}

func modifyAnswer(asked *deskv1.AmountModifyRequested, m proto.Message) (answer, bool) {
	if m, ok := m.(*orderv1.OrderModified); ok && m.GetRequestId() == asked.GetRequestId() {
		return done(says("金额已由 %s 改为 %s，微信按新金额收款", "the total is lowered from %s to %s; WeChat collects that").
			with(shown(m.GetOldTotalAmountFen()), shown(m.GetTotalAmountFen())))
	}
	return answer{}, false
}

func elsewhereAnswer(asked *deskv1.PaidElsewhere, m proto.Message) (answer, bool) {
	paid, ok := m.(*orderv1.OrderPaid)
	if !ok {
		return answer{}, false
	}
	var ours int64
	for _, c := range paid.GetCollections() {
		if c.GetPaidBy() == orderv1.PaidBy_PAID_BY_MERCHANT {
			ours += c.GetAmountFen()
		}
	}
	theirs, said := paid.GetPaidAmountFen()-ours, paid.GetTotalAmountFen()
	if asked.AmountFen != nil {
		said = asked.GetAmountFen()
	}
	switch {
	case ours == 0:
		return done(says("微信已先扣款 %s；用户另行支付视为重复付款，微信扣的款自动退回",
			"WeChat had collected %s by then; as the customer paid elsewhere too, that goes back by itself").with(shown(theirs)))
	case theirs > 0 && said+theirs <= paid.GetTotalAmountFen():
		return done(says("已结清，微信不再扣款：商户自收 %s，微信已收 %s", "settled, WeChat collects no more: %s to the merchant, %s by WeChat").with(shown(ours), shown(theirs)))
	case theirs > 0: // WeChat shows only the rest as ours
		return done(says("已结清，微信不再扣款：商户自收 %s，微信已收 %s，其中重复的部分自动退回",
			"settled, WeChat collects no more: %s to the merchant, %s by WeChat, of which what was paid twice goes back by itself").with(shown(said), shown(theirs)))
	}
	return done(says("订单已按商户自行收款结清，共 %s，微信不再扣款", "settled as paid to the merchant, %s in all; WeChat collects no more").with(shown(ours)))
}

func collectAnswer(asked *deskv1.CollectRequested, m proto.Message) (answer, bool) {
	switch m := m.(type) {
	case *orderv1.OrderCollectRequested:
		if m.GetRequestId() == asked.GetRequestId() {
			return done(says("微信已受理催收（订单总额 %s），是否扣成以 order.paid 为准", "WeChat took the wish to collect now what is open of %s; order.paid will tell").with(shown(m.GetTotalAmountFen())))
		}
	case *orderv1.OrderPaid:
		return done(says("款项已收到 %s", "the money is in: %s").with(shown(m.GetPaidAmountFen())))
	}
	return answer{}, false
}

func refundAnswer(asked *deskv1.RefundRequested, m proto.Message) (answer, bool) {
	switch m := m.(type) {
	case *orderv1.OrderRefunded:
		if m.GetRequestId() == asked.GetRequestId() {
			return done(says("已退回用户 %s，本单累计已退 %s", "%s went back to the customer, %s of this order in all").with(shown(m.GetAmountFen()), shown(m.GetRefundedAmountFen())))
		}
	case *orderv1.OrderRefundFailed:
		if m.GetRequestId() == asked.GetRequestId() {
			return failed("refund_"+m.GetReason(), text{
				"退款 " + shown(m.GetAmountFen()) + " 未到用户账户：" + m.GetTextZh(),
				"the refund of " + shown(m.GetAmountFen()) + " did not reach the customer: " + m.GetTextEn(),
			})
		}
	}
	return answer{}, false
}
