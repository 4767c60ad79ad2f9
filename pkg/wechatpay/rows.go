package wechatpay

// codeRows are the codes that PayScore, and in part every interface, answers with (§1.5, §4, §5, §6.10); read only.
var codeRows = []Row{
	// Cancel, modify and sync are sent in bodies that were validated, and "not cancellable in this state" also comes as
	// PARAM_ERROR (§6.5): a repeat of an act that had succeeded may be answered so, hence ask.
	{but(Operations(), CancelOrder, ModifyOrder, SyncOrder), 400, "PARAM_ERROR", "§1.5, §6.10", RefusedRule,
		"参数错误", "a parameter is malformed"},
	{[]Operation{CancelOrder, ModifyOrder, SyncOrder}, 400, "PARAM_ERROR", "§6.5, §6.10", WrongState,
		"参数错误或订单状态不满足", "a parameter is malformed, or the order's state does not fit"},

	// On create the rule broken may be risk, the user's other orders, or other content under the same number (§6.2).
	{[]Operation{CreateOrder}, 400, "INVALID_REQUEST", "§6.2, §6.10", RefusedUnexplained,
		"不符合业务规则：风控、用户有未完结订单，或同一单号参数不同", "a business rule: risk, the user's other orders, or other content under the same number"},
	{[]Operation{CompleteOrder, CancelOrder, ModifyOrder, SyncOrder, CollectOrder}, 400, "INVALID_REQUEST", "§6.10", WrongState,
		"不符合业务规则：多为订单状态不符，或同一单号参数不同", "a business rule: mostly the order's state, or other content under the same number"},
	{[]Operation{TerminateAuthorisation}, 400, "INVALID_REQUEST", "§5.3, §6.10", WrongState,
		"不符合业务规则：用户在该服务下有未完结订单，或授权协议号不属于该用户", "a business rule: the user has unfinished orders of the service, or the code is another user's"},
	{[]Operation{QueryOrder, PreAuthorise, QueryAuthorisation}, 400, "INVALID_REQUEST", "§6.10", RefusedRule,
		"不符合业务规则", "a business rule is broken"},
	{[]Operation{QueryUnionID}, 400, "INVALID_REQUEST", "§4", RefusedRule,
		"UnionID 为空：刷脸时未传 ask_unionid=1，或 appid 未绑定微信开放平台", "no UnionID: ask_unionid was not 1, or the appid has no Open Platform account"},

	{scoreOps, 400, "INVALID_ORDER_STATE", "§6.10", WrongState, "单据状态错误", "the order is in another state"},
	{scoreOps, 400, "ORDER_CANCELED", "§6.10", AlreadyCancelled, "订单已取消", "the order is cancelled"},
	{scoreOps, 400, "ORDER_DONE", "§6.10", AlreadyDone, "订单已完成", "the order is done"},

	{Operations(), 401, "SIGN_ERROR", "§1.5, §6.10, §8.1, §9.2", SignatureRefused, "签名错误", "the signature is wrong"},
	{but(scoreOps, CreateOrder, PreAuthorise), 403, "NO_AUTH", "§5, §6.10, §12", RefusedConfig,
		"商户信息不合法或无权限；需确认服务不支持授权接口", "merchant data or a permission is missing; a need-confirm service has no authorisations"},
	{[]Operation{CreateOrder}, 403, "NO_AUTH", "§6.2, §6.10, §12", RefusedConfig,
		"商户暂无权限使用此服务：服务模式与 need_user_confirm 不符、商户号与 appid 缺少权限，或用户未授权",
		"no right to the service: need_user_confirm does not fit its mode, mchid and appid lack the right, or the user has not authorised it"},
	{[]Operation{PreAuthorise}, 403, "NO_AUTH", "§5, §6.10", RefusedConfig,
		"无权限：仅免确认服务可预授权", "no right: only a no-confirm service is pre-authorised"},
	{[]Operation{QueryUnionID, ApplyBill}, 403, "NO_AUTH", "§1.5, §8.1", RefusedConfig,
		"商户无接口权限", "the merchant has no right to the interface"},

	{scoreOps, 404, "ORDER_NOT_EXIST", "§6.10", NotFound, "订单或授权不存在", "no such order or authorisation"},
	{but(Operations(), refundOps...), 404, "RESOURCE_NOT_EXISTS", "§1.5", NotFound, "查询的资源不存在", "no such resource"},
	{Operations(), 429, "FREQUENCY_LIMITED", "§1.5, §6.10, §8.1, §9.2", TooFrequent, "频率超限", "the rate limit is exceeded"},
	{Operations(), 500, "SYSTEM_ERROR", "§1.5, §6.10, §8.1, §9.2", Undecided, "系统错误", "a fault inside WeChat Pay"},
}
