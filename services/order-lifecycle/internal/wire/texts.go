package wire

// text is one sentence in both languages.
type text struct{ zh, en string }

// userTexts may be shown to the customer: no private reason (wechat-protocol.md §6.2), only what to do.
var userTexts = map[string]text{
	"user_unfinished_orders": {"您有未完成的订单，请先完成后再试", "You have an unfinished order; please finish it first"},
	"token_expired":          {"您尚未完成授权，请重试或换一种支付方式", "You have not authorised the service; try again or pay another way"},
	"scan_payment":           {"请使用手机扫码", "Please use your phone to scan"},
	"face_error":             {"刷脸未成功，请重试或换一种支付方式", "Face recognition did not succeed; try again or pay another way"},
	"sdk_failure":            {"设备繁忙，请重试", "The device is busy; please try again"},
}

var otherUserText = text{"暂时无法使用先享后付，请换一种支付方式", "Pay-later is not available now; please pay another way"}

func userText(reason string) text {
	if t, ok := userTexts[reason]; ok {
		return t
	}
	return otherUserText
}

// refundTexts are for the operator: why a refund did not reach the customer.
var refundTexts = map[string]text{
	"closed":                {"退款已关闭，款项未退；如需再退请使用新的请求号", "WeChat closed the refund, nothing went back; a new try needs a new request_id"},
	"abnormal":              {"款项无法退回原账户，请在商户平台处理", "the money cannot be credited; handle it in the merchant portal"},
	"refunded_elsewhere":    {"已在商户平台退款，自动退款尚未发出，不再发出", "it was refunded in the merchant portal before this automatic refund was taken: it is not sent any more"},
	"rule":                  {"退款请求不符合微信规则", "the refund breaks a rule of WeChat's"},
	"not_authorised":        {"无权退款：检查商户权限", "no right to refund: check the merchant's permissions"},
	"not_found":             {"微信查无此笔付款", "WeChat does not know the payment"},
	"user_account_abnormal": {"用户账户异常，需以其他方式退款", "the user's account is abnormal: refund by other means"},
}

func refundText(reason string) text {
	if t, ok := refundTexts[reason]; ok {
		return t
	}
	return text{"微信拒绝退款且未说明原因", "WeChat refused the refund without a stated cause"}
}

// alarmTexts are for the operator.
var alarmTexts = map[string]text{
	"configuration":                 {"微信拒绝了我方密钥或权限，订单等待修复后继续", "WeChat refuses our keys or rights; the order waits until that is mended"},
	"open_timeout":                  {"开单超时，不再提供服务；若订单存在将被撤销", "opening took too long; the order will not be served, and cancelled if it exists"},
	"number_taken":                  {"单号已被其他内容的订单占用", "the number exists at WeChat with other content"},
	"created_instead_of_doing":      {"免确认订单返回 CREATED，已按失败撤销", "a no-confirm order came back as CREATED; it is cancelled as a failure"},
	"found_after_refusal":           {"被拒绝的订单事后存在，将被撤销", "an order that was refused exists after all; it will be cancelled"},
	"create_refused_rule":           {"开单参数被微信拒绝，请检查", "WeChat refused the create request as breaking a rule"},
	"create_refused_unexplained":    {"开单被微信拒绝且未说明原因", "WeChat refused the create request without a stated cause"},
	"create_refused_not_authorised": {"开单被拒绝：权限、绑定或用户授权缺失", "create refused: a right, a binding or the user's authorisation is missing"},
	"revoked_by_provider":           {"订单在微信侧被撤销", "the order was cancelled at WeChat by somebody else"},
	"closed_partly_paid":            {"订单已结束，但微信已收部分款项，应退给用户", "the order is over and WeChat has collected a part of it: that is the customer's"},
	"order_missing":                 {"微信查无此单", "WeChat does not know the order"},
	"completed_elsewhere":           {"订单被我方以外的系统完结", "the order was completed by somebody else"},
	"complete_refused":              {"微信拒绝完结，商品可能已取走，请人工处理", "WeChat refused the completion; the goods may be gone: a person must act"},
	"total_differs":                 {"微信侧总金额与我方指令不一致", "WeChat's total differs from what we commanded"},
	"provider_state_differs":        {"微信侧订单状态与我方不一致", "WeChat's state of the order differs from ours"},
	"cancel_refused":                {"微信拒绝撤销", "WeChat refused the cancel"},
	"paid_without_completion":       {"收到未完结订单的收款消息，查单确认后才入账", "a payment of an order we did not complete was told; it counts once a query confirms it"},
	"paid_amount_differs":           {"收款金额与我方指令不一致，查单确认后才入账", "the collected amount differs from what we commanded; it counts once a query confirms it"},
	"notification_contradicted":     {"通知与查单结果不符", "a notification is not borne out by the query"},
	"payment_not_itemised":          {"已收款但明细缺失或与金额不符，无法退款和对账", "paid, but the parts are missing or do not add up: no refund or reconciliation without them"},
	"provider_state_unknown":        {"微信返回了未知的订单状态", "WeChat shows a state that is not documented"},
	"provider_event_unknown":        {"收到未知类型的订单通知，凭收款明细或查单确认", "WeChat told of the order by a type of notification that is not documented"},
	"provider_answer_unreadable":    {"微信的应答无法解析，正在查单核实；并非网络故障", "WeChat said yes and the answer cannot be read; the order or refund is queried; it is no fault of the network"},
	"query_refused":                 {"微信拒绝查单，订单状态无法确认", "WeChat refuses the query; the order's state cannot be told"},
	"no_definite_answer":            {"长时间得不到微信的明确答复，仍在重试", "WeChat has given no definite answer for a long time; we go on asking"},
	"service_not_configured":        {"服务已不在配置中，待完结的订单等待恢复", "the service is not configured any more; an ended order waits for it"},
	"authorisation_untold":          {"授权结果一直未知，已放弃开单", "whether the user authorised was never told; the order was given up"},
	"paid_twice":                    {"用户已通过其他方式付款，微信又扣款成功，正在自动退款", "the customer paid elsewhere and WeChat collected as well; it is being refunded"},
	"overcharged":                   {"微信收款多于应收，多收部分正在自动退款", "WeChat collected more than the customer owes; the excess is being refunded"},
	"auto_refund_failed":            {"多收款项的自动退款失败，请人工退款", "the automatic refund of what was paid too much failed: refund it by hand"},
	"auto_refund_impossible":        {"多收款项无法自动退款，请人工退款", "what was paid too much cannot be refunded automatically: refund it by hand"},
	"sync_refused":                  {"微信未接受“已在别处支付”，稍后重试；重复扣款将自动退回", "WeChat does not take it that the customer paid elsewhere; it is told again, and what it collects goes back"},
	"in_service_long":               {"服务时间过长，可能丢失了结束事件", "the service has run for too long: its end may be lost"},
	"refund_balance_too_low":        {"商户余额不足，充值后退款自动继续", "the merchant's balance does not cover a refund; it goes on after a top-up"},
	"refund_abnormal":               {"退款异常，款项未到用户账户", "a refund is abnormal: the customer did not get the money"},
	"refund_differs":                {"微信侧退款与我方请求不一致", "WeChat shows a refund other than what we asked for"},
	"refund_slow":                   {"退款长时间未到账", "WeChat has been working on a refund for too long"},
	"refund_missing":                {"微信查无此退款", "WeChat does not know a refund that it took"},
	"refunded_elsewhere":            {"本单款项已在商户平台等处退款，非我方发起，可退金额已相应减少", "a payment of this order was refunded outside facepay, in the merchant portal say; that much less can be refunded"},
	"refund_unknown":                {"收到非我方发起的退款通知", "a refund of this order was told that we did not ask for"},
	"refunded_after_all":            {"已判定失败的退款事后成功", "a refund that had failed succeeded after all"},
	"too_many_rejected_facts":       {"被拒绝的事件过多，请检查网关", "too many facts were refused; check the gateway"},
}

// AlarmText is what an alarm's code means, in both languages.
func AlarmText(code string) (zh, en string) { return alarmTexts[code].zh, alarmTexts[code].en }
