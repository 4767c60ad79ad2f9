package wechatpay

// refundRows are the codes of refunds beside those every interface has (§9.2); read only.
var refundRows = []Row{
	// A repeat of a refund that went through may be refused with it ("fully refunded"): to believe the refusal, and to try
	// again under another number, would pay twice. So ask; what is not there is refused (§1.5).
	{[]Operation{CreateRefund}, 400, "INVALID_REQUEST", "§9.2", RefusedUnexplained,
		"退款请求被拒绝：如金额超出可退、同一退款单号参数不同", "the refund is refused: amount above what remains, or other content under the same number"},
	{[]Operation{QueryRefund}, 400, "INVALID_REQUEST", "§9.2", RefusedRule, "不符合业务规则", "a business rule is broken"},
	{refundOps, 403, "NO_AUTH", "§9.2", RefusedConfig, "商户无该订单的退款权限", "the merchant has no right on that payment"},
	{refundOps, 403, "NOT_ENOUGH", "§9.2", BalanceTooLow, "商户可用退款余额不足", "the merchant's balance is too low"},
	{refundOps, 403, "USER_ACCOUNT_ABNORMAL", "§9.2", UserAccountAbnormal,
		"用户账户已注销或异常", "the user's account is closed or abnormal"},
	{refundOps, 404, "MCH_NOT_EXISTS", "§9.2", RefusedConfig, "商户号不存在", "the merchant number does not exist"},
	{[]Operation{CreateRefund}, 404, "RESOURCE_NOT_EXISTS", "§9.2", NotFound,
		"交易单不存在，或支付尚不可见：以原参数重试数次", "no such payment, or it is not visible yet: the same request a few times more"},
	{[]Operation{QueryRefund}, 404, "RESOURCE_NOT_EXISTS", "§9.3", NotFound, "退款单不存在", "no such refund"},
}

// billRows are the codes of bills beside those every interface has (§8.1); read only.
var billRows = []Row{
	{billOps, 400, "INVALID_REQUEST", "§8.1", RefusedRule, "账单日期等不符合规则", "the date of the bill, or another rule"},
	{billOps, 400, "NO_STATEMENT_EXIST", "§8.1", NoStatement, "请求的账单文件不存在", "the bill does not exist"},
	// Its HTTP status is not confirmed (§10.4): the code decides.
	{billOps, 0, "STATEMENT_CREATING", "§8.1", StatementNotReady, "账单生成中", "the bill is being made"},
}
