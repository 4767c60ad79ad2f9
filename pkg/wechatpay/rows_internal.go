package wechatpay

// internalRows are the official top list of internal codes (§6.11), which is not complete; read only. They are listed for
// PayScore without saying which of its operations answers with which, so each is known to all of them.
var internalRows = []Row{
	{scoreOps, 0, "271317510", "§6.11", NotFound, "订单不存在", "order not found"},
	{scoreOps, 0, "271316574", "§6.11", DeductionFailed, "扣款失败：余额不足或用户已解除授权", "deduction failed: balance, or the authorisation was revoked"},
	{scoreOps, 0, "271302262", "§6.11", WrongState, "订单状态不合法", "illegal order state"},
	{scoreOps, 0, "268435464", "§6.11", RefusedRule, "参数超出范围", "a parameter is out of range"},
	{scoreOps, 0, "271316657", "§6.11", WrongState, "仅待支付状态可操作", "only while the payment is pending"},
	{scoreOps, 0, "271316598", "§6.11", NumberTaken, "重入时参数与首次不一致", "re-entry with different parameters"},
	{scoreOps, 0, "271302144", "§6.11", RefusedConfig, "商户号不存在", "the merchant number does not exist"},
	{scoreOps, 0, "271302149", "§6.11", RefusedConfig, "商户号与 appid 未绑定", "merchant number and appid are not bound"},
	{scoreOps, 0, "268435472", "§6.11", TooFrequent, "操作过于频繁", "too frequent"},
	{scoreOps, 0, "271300099", "§6.11", RefusedRisk, "综合评估未通过", "the risk evaluation failed"},
	{scoreOps, 0, "271299627", "§6.11", RefusedUserUnfinished, "用户有逾期未支付订单", "the user has overdue unpaid orders"},
	{scoreOps, 0, "271302332", "§6.11", WrongState, "订单状态不合法：用户未确认", "illegal state: unconfirmed"},
	{scoreOps, 0, "268503786", "§6.11", RefusedConfig, "无权限", "no permission"},
	{scoreOps, 0, "271316592", "§6.11", NotCancellable, "当前订单状态不满足撤销条件", "not cancellable in this state"},
	// Whether the header's authorisation or the user's is meant is not documented. No order either way.
	{scoreOps, 0, "270924332", "§6.11", RefusedConfig, "授权无效", "authorization invalid"},
	{scoreOps, 0, "271316754", "§6.11", DeductionRunning, "单据正在扣款中", "a deduction is running"},
	{scoreOps, 0, "271316656", "§6.11", AboveCap, "总金额大于服务风险金额", "the total is above the service's risk amount"},
	{scoreOps, 0, "271316637", "§6.11", EndBeforeStart, "实际结束时间早于开始时间", "the real end time is before the start time"},
	{scoreOps, 0, "268560785", "§6.11", RefusedYouthMode, "青少年模式限制", "limited by youth mode"},
	{scoreOps, 0, "271302333", "§6.11", AlreadyCancelled, "订单状态不合法：已取消", "illegal state: cancelled"},
}
