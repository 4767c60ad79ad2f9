package cli

import (
	"slices"
	"strings"
)

// standings say, for every state of an order, where the money is. The states are those of order-lifecycle; one that is not
// here is shown by its name alone.
var standings = map[string]text{
	"ATTEMPT":          {"尚未向微信发送任何请求，没有资金往来", "nothing was sent to WeChat yet: no money is involved"},
	"AUTHORISING":      {"等待用户在手机上授权，尚未开单，没有资金往来", "the user has to authorise the service on the phone: no order, no money yet"},
	"OPENING":          {"正在向微信开单，柜门未开，没有资金往来", "the order is being opened at WeChat, the door is closed: no money yet"},
	"AWAITING_CONFIRM": {"微信已建单，等待用户确认，柜门未开，没有资金往来", "WeChat holds the order and its user has not confirmed it, the door is closed: no money yet"},
	"IN_SERVICE":       {"服务进行中，费用未定，微信尚未扣款", "the service runs: the amount is not fixed, nothing is collected"},
	"COMPLETING":       {"服务已结束，正在通知微信收款，尚未扣款", "the service ended and WeChat is being told the amount: nothing is collected yet"},
	"PAYMENT_PENDING":  {"应收：微信正在向用户收款，尚未收齐", "a receivable: WeChat collects from the customer, it is not all in yet"},
	"MODIFYING":        {"应收：正在请微信把金额改低，微信仍在收款", "a receivable: WeChat is being asked to lower the total, and goes on collecting meanwhile"},
	"SYNCING":          {"应收：正在告知微信用户已另行付款，确认之前微信仍可能扣款", "a receivable: WeChat is being told that the customer paid elsewhere, and may still collect until it agrees"},
	"COLLECTING":       {"应收：正在请微信立即扣款，钱还没有到账", "a receivable: WeChat is being asked to deduct now, the money is not in yet"},
	"WITHDRAWING":      {"应收：正在请微信撤销已完结的订单，撤销之前微信仍可能扣款", "a receivable: WeChat is being asked to cancel the completed order, and may still collect until it does"},
	"CANCELLING":       {"正在撤销，不向用户收费", "it is being cancelled: the customer is not to be charged"},
	"PAID":             {"款项已收齐，微信已确认", "the money is in, and WeChat confirms it"},
	"FREE":             {"无需付款，订单已完成", "there was nothing to pay, the order is done"},
	"REFUSED":          {"微信没有此订单，未收费，以后也不会收费", "WeChat has no such order: nothing was or will be collected"},
	"REVOKED":          {"订单已在微信侧撤销，未收费，以后也不会收费", "it was cancelled at WeChat: nothing was or will be collected"},
	"EXPIRED":          {"用户三十天内未确认，订单已失效，未收费", "its user did not confirm it in thirty days: nothing was or will be collected"},
	"ABANDONED":        {"在向微信开单之前就已结束，没有资金往来", "it ended before anything was sent to WeChat: no money was involved"},
}

// closed are the ends without a payment.
var closed = []string{"FREE", "REFUSED", "REVOKED", "EXPIRED", "ABANDONED"}

// standing says where the money of this order is. Of a paid one that is more than its state says: the merchant may have taken
// it by other means than WeChat, and what WeChat collected may have gone back; of a pending or cancelled one a part may be in.
func (s *Story) standing() text {
	paid, elsewhere, back := s.fen(labelPaid), s.fen(labelElsewhere), s.fen(labelBack)
	byWeChat, doubly := paid-elsewhere, s.fen(labelSaid)
	switch {
	case slices.Contains(closed, s.State) && paid > back:
		return says("订单已结束，但微信已收 %s，应退给用户", "the order is over, and WeChat has collected %s of it: that is the customer's").with(shown(paid - back))
	case s.State == "IN_SERVICE" && s.alarmed("complete_refused"):
		return endRefused
	case s.State != "PAID" && !slices.Contains(closed, s.State):
		return s.open(paid, doubly)
	case s.State != "PAID", byWeChat == paid && back == 0 && doubly == 0:
		return standings[s.State]
	case byWeChat <= 0:
		return says("用户已在微信之外向商户付清，微信不再收款", "the customer paid the merchant by other means than WeChat, which collects no more")
	case doubly > 0:
		return says("用户另行向商户付款 %s，微信又收了 %s，其中 %s 已退回用户", "the customer paid the merchant %s by other means, and WeChat collected %s as well, of which %s went back").
			with(shown(doubly), shown(byWeChat), shown(back))
	case elsewhere > 0 && back == 0:
		return says("款项已收齐，其中 %s 由商户在微信之外收取", "the money is in, %s of it paid to the merchant by other means than WeChat").with(shown(elsewhere))
	case elsewhere > 0:
		return says("款项已收齐：微信收 %s，其中 %s 已退回用户；商户另收 %s", "the money is in: %s by WeChat, of which %s went back to the customer, and %s to the merchant by other means").
			with(shown(byWeChat), shown(back), shown(elsewhere))
	case back >= paid:
		return says("微信收的款已全部退回用户", "all that WeChat collected went back to the customer")
	}
	return says("款项已收齐，其中 %s 已退回用户", "the money is in, and %s of it went back to the customer").with(shown(back))
}

// endRefused is where an order is whose service ended and whose end WeChat refused.
var endRefused = text{
	"服务已结束，但微信拒绝完结，尚未扣款：更正后重新上报结束，或撤销后以其他方式收款",
	"the service ended and WeChat refused to take its end, nothing is collected: send a corrected end, or cancel it and collect by other means",
}

// open says where the money of an order is that has not ended, also what of it is in by whom.
func (s *Story) open(paid, elsewhere int64) text {
	where := standings[s.State]
	add := func(t text) { where = text{where.zh + t.zh, where.en + t.en} }
	if paid > 0 {
		add(says("；已收 %s", "; %s of it is in").with(shown(paid)))
	}
	if elsewhere > 0 {
		add(says("；用户已另付商户 %s，微信重复收的部分自动退回", "; the customer paid the merchant %s by other means, what WeChat collects as well goes back by itself").with(shown(elsewhere)))
	}
	return where
}

// returns say where the money of a refund is, by its state.
var returns = map[string]text{
	"SENDING":    {"退款待发往微信，或结果未知，款项仍在商户账户", "the refund is to be sent to WeChat, or its answer is open: the money is still the merchant's"},
	"PROCESSING": {"微信已受理退款：零钱几分钟到账，银行卡需数日", "WeChat took the refund: minutes to a wallet, days to a bank card"},
	"ABNORMAL":   {"款项无法退回原账户，请在商户平台处理，处理后仍可能成功", "the money cannot be credited: handle it in the merchant portal, after which it may still succeed"},
	"SUCCEEDED":  {"款项已退回用户", "the money is back with the customer"},
	"CLOSED":     {"微信关闭了退款，款项未退；再退需用新的请求号", "WeChat closed the refund, nothing went back: a new try needs a new request_id"},
	"REFUSED":    {"微信未受理退款，款项未退；再退需用新的请求号", "WeChat never took the refund, nothing went back: a new try needs a new request_id"},
}

// steps say what order-lifecycle does next, by the operation that its story names.
var steps = map[string]text{
	"create": {"发送开单请求", "send the create"}, "complete": {"发送完结请求", "send the completion"},
	"cancel": {"发送撤销请求", "send the cancel"}, "query": {"查单", "ask WeChat about the order"},
	"modify": {"发送改价请求", "send the lower total"}, "sync": {"告知微信已另行付款", "tell WeChat that it was paid elsewhere"},
	"collect": {"请微信立即扣款", "ask WeChat to deduct now"}, "withdraw": {"撤销已完结的订单", "cancel the completed order"},
	"refund": {"发送退款请求", "send the refund"}, "query_refund": {"查询退款", "ask WeChat about the refund"},
	"think": {"等待，到时再判断", "wait, then think again"},
}

// explained says in words what the code in a particular means; nothing where it has none.
func explained(d Detail) []string {
	word, _, _ := strings.Cut(d.Value, " ")
	var t text
	switch {
	case d.Label == "next":
		t = steps[word]
	case strings.HasPrefix(d.Label, labelRefund):
		t = returns[strings.TrimSuffix(word, ",")]
	}
	if t == (text{}) {
		return nil
	}
	return []string{t.zh, t.en}
}
