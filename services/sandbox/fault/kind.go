package fault

import "slices"

// Kind is what goes wrong.
type Kind string

// Faults of a call. "Executed" means the book has changed although the caller cannot know.
const (
	// RiskRefused: 400 INVALID_REQUEST 综合评估不通过 (271300099), on create.
	RiskRefused Kind = "risk_refused"
	// UnfinishedOrder: 400 INVALID_REQUEST 存在未完结订单 (271299627), on create.
	UnfinishedOrder Kind = "unfinished_order"
	// CreatedState: the order is stored and answered 200 with state CREATED instead of DOING, on create.
	CreatedState Kind = "created_state"
	// ExpiresSoon: a need-confirm order that nobody confirms is EXPIRED after Delay instead of 30 days, on create.
	ExpiresSoon Kind = "expires_soon"
	// DeductionRunning: 400 INVALID_REQUEST 单据正在扣款中 (271316754), on cancel, modify and sync.
	DeductionRunning Kind = "deduction_running"
	// NotCancellable: a completed order is not cancelled, 271316592, on cancel; another order is.
	NotCancellable Kind = "not_cancellable"
	// NotModifiable: 400 INVALID_REQUEST, as to a second modification where one is allowed, on modify.
	NotModifiable Kind = "not_modifiable"
	// CollectionUnclear: 400 INVALID_REQUEST 收款结果不明, on sync.
	CollectionUnclear Kind = "collection_unclear"
	// ModifyUndone: answered as done, and not kept: WeChat shows the older, higher total again and collects it, on modify.
	ModifyUndone Kind = "modify_undone"
	// PaidFirst: a deduction succeeds just before the call is executed, which then finds the order paid, on cancel, modify
	// and sync.
	PaidFirst Kind = "paid_first"
	// NoPermission: 403 NO_AUTH 商户暂无权限使用此服务 (268503786), not executed.
	NoPermission Kind = "no_permission"
	// UnregisteredDevice: return_code ERROR 该设备型号未登记, on authinfo.
	UnregisteredDevice Kind = "unregistered_device"
	// AuthinfoFailed: return_code SYSTEMERROR 生成authinfo失败, on authinfo.
	AuthinfoFailed Kind = "authinfo_failed"
	// TooFrequent: 429 FREQUENCY_LIMITED, not executed.
	TooFrequent Kind = "too_frequent"
	// SystemError: 500 SYSTEM_ERROR, not executed; SystemErrorAfter: the same, executed.
	SystemError      Kind = "system_error"
	SystemErrorAfter Kind = "system_error_after"
	// BadGateway: a gateway's 502 HTML page, not executed; BadGatewayAfter: the same, executed.
	BadGateway      Kind = "bad_gateway"
	BadGatewayAfter Kind = "bad_gateway_after"
	// Timeout: executed, no answer until the caller gives up.
	Timeout Kind = "timeout"
	// LostAnswer: executed, the connection is closed without an answer.
	LostAnswer Kind = "lost_answer"
	// Slow: executed after Delay.
	Slow Kind = "slow"
	// AnswerProbe: executed, the answer carries a signature probe (签名探测, wechat-protocol.md §7.4).
	AnswerProbe Kind = "answer_probe"
	// AnswerWrongKey: executed, the answer is signed by a key that is not the one it names.
	AnswerWrongKey Kind = "answer_wrong_key"
	// AnswerOldKey: executed, the answer is signed by a platform certificate that was valid once, under its own serial.
	AnswerOldKey Kind = "answer_old_key"
	// AnswerUnknownKey: executed, the answer is signed soundly under a serial that nobody ever handed out.
	AnswerUnknownKey Kind = "answer_unknown_key"
	// AnswerTampered: executed, the answer was changed after it was signed, to say more than is true.
	AnswerTampered Kind = "answer_tampered"
	// AnswerStale: executed, the answer was signed ten minutes ago.
	AnswerStale Kind = "answer_stale"
	// AnswerOfAnother: executed, the answer is sound and about another order of the book, a paid one if there is one.
	// AnswerOfNobody: the same about a number that does not exist. On every call about an order.
	AnswerOfAnother Kind = "answer_of_another"
	AnswerOfNobody  Kind = "answer_of_nobody"
	// FalseNotice: executed, and before the answer a sound USER_PAID of Amount is delivered that the book knows nothing of,
	// on create, complete, modify, sync and pay.
	FalseNotice Kind = "false_notice"
	// ForeignPayerNotice: as FalseNotice, but its openid and order_id are not the order's.
	ForeignPayerNotice Kind = "foreign_payer_notice"
	// OldCertificateListed: the list has the certificate of answer_old_key as well, with its dates, on certificates.
	OldCertificateListed Kind = "old_certificate_listed"
	// EarlyNotice: executed, deducted and notified before the answer is given, on complete and pay.
	EarlyNotice Kind = "early_notice"
)

// Faults of a deduction.
const (
	// DeductionFails: this try collects nothing; the next comes later.
	DeductionFails Kind = "deduction_fails"
	// DeductionStops: nothing is collected and nothing is tried again until the user pays by hand.
	DeductionStops Kind = "deduction_stops"
	// DeductionPartial: this try collects Amount, the next comes later (部分收款).
	DeductionPartial Kind = "deduction_partial"
	// PaidByHand: instead of this try the user pays all that is due by hand (主动支付).
	PaidByHand Kind = "paid_by_hand"
	// RefundedInPortal: this try collects all that is due, and the merchant's staff refunds Amount of it in the portal at
	// once, under a number of the portal's.
	RefundedInPortal Kind = "refunded_in_portal"
)

// Faults of a notice (回调通知).
const (
	// Late: the first delivery comes after Delay.
	Late Kind = "late"
	// Twice: delivered again after it was accepted.
	Twice Kind = "twice"
	// Concurrent: Copies deliveries at the same moment.
	Concurrent Kind = "concurrent"
	// Never: not delivered at all.
	Never Kind = "never"
	// ProbeUndecodable and ProbeWrong: a signature probe goes before the delivery; its signature cannot be decoded, or
	// decodes and does not verify (wechat-protocol.md §11.6 a, b).
	ProbeUndecodable Kind = "probe_undecodable"
	ProbeWrong       Kind = "probe_wrong"
	// WrongKey: signed by a key that is not the one it names. Tampered: the body was changed after signing.
	WrongKey Kind = "wrong_key"
	Tampered Kind = "tampered"
	// OldKey, UnknownKey and Stale are to a notice what AnswerOldKey, AnswerUnknownKey and AnswerStale are to an answer.
	OldKey     Kind = "old_key"
	UnknownKey Kind = "unknown_key"
	Stale      Kind = "stale"
	// Replayed: accepted, and Delay later the same bytes come again, headers and all.
	Replayed Kind = "replayed"
	// Reversed: kept back until a later notice of the same order was accepted, an hour at most.
	Reversed Kind = "reversed"
	// ForeignAmount: sound, and says that Amount was paid. ForeignMchID, ForeignAppID and ForeignService name another of
	// the merchant's, or an invented one where there is no other; so does ForeignSubMchID, of a partner's; UnknownOrder names an order that never existed.
	// ForeignOpenID and ForeignOrderID: of a payment, with an openid or order_id that is not the order's.
	ForeignAmount   Kind = "foreign_amount"
	ForeignMchID    Kind = "foreign_mchid"
	ForeignSubMchID Kind = "foreign_sub_mchid"
	ForeignAppID    Kind = "foreign_appid"
	ForeignService  Kind = "foreign_service"
	UnknownOrder    Kind = "unknown_order"
	ForeignOpenID   Kind = "foreign_openid"
	ForeignOrderID  Kind = "foreign_order_id"
)

// Lies reports a notice that is sound and untrue.
func (k Kind) Lies() bool {
	switch k {
	case ForeignAmount, ForeignMchID, ForeignSubMchID, ForeignAppID, ForeignService, UnknownOrder, ForeignOpenID, ForeignOrderID,
		UnknownState, UnknownCollectionState, UnknownEvent:
		return true
	}
	return false
}

var (
	anyCall = []Kind{TooFrequent, SystemError, SystemErrorAfter, BadGateway, BadGatewayAfter, Timeout, LostAnswer, Slow, AnswerProbe,
		AnswerWrongKey, AnswerOldKey, AnswerUnknownKey, AnswerTampered, AnswerStale, RefusalDetail}
	anyOrder = append([]Kind{NoPermission, AnswerOfAnother, AnswerOfNobody}, anyCall...)
)

// kindsOf says which faults make sense where.
func kindsOf(op Operation) []Kind {
	switch op {
	case Create:
		return slices.Concat([]Kind{RiskRefused, UnfinishedOrder, CreatedState, ExpiresSoon, FalseNotice, ForeignPayerNotice}, oddAtFirst, anyOrder)
	case Query:
		return slices.Concat(oddWhole, anyOrder)
	case Complete:
		return slices.Concat([]Kind{EarlyNotice, FalseNotice, ForeignPayerNotice}, oddAtFirst, anyOrder)
	case Cancel:
		return append([]Kind{DeductionRunning, NotCancellable, PaidFirst}, anyOrder...)
	case Modify:
		return slices.Concat([]Kind{DeductionRunning, NotModifiable, ModifyUndone, PaidFirst, FalseNotice, ForeignPayerNotice}, oddWhole, anyOrder)
	case Sync:
		return slices.Concat([]Kind{DeductionRunning, CollectionUnclear, PaidFirst, FalseNotice, ForeignPayerNotice}, oddWhole, anyOrder)
	case Pay:
		return slices.Concat([]Kind{EarlyNotice, FalseNotice, ForeignPayerNotice}, anyOrder)
	case PreAuthorize, Permission, Terminate:
		return append([]Kind{NoPermission}, anyCall...)
	case Certificates:
		return append([]Kind{OldCertificateListed}, anyCall...)
	case UnionID:
		return anyCall
	case Authinfo:
		return []Kind{UnregisteredDevice, AuthinfoFailed, BadGateway, Timeout, LostAnswer, Slow, AnswerTampered}
	case Deduct:
		return []Kind{DeductionFails, DeductionStops, DeductionPartial, PaidByHand, RefundedInPortal}
	case Notify:
		return slices.Concat([]Kind{Late, Twice, Concurrent, Never, ProbeUndecodable, ProbeWrong, WrongKey, Tampered, OldKey, UnknownKey, Stale, Replayed,
			Reversed, ForeignAmount, ForeignMchID, ForeignSubMchID, ForeignAppID, ForeignService, UnknownOrder, ForeignOpenID, ForeignOrderID,
			UnknownEvent, OddSummary}, oddWhole)
	}
	return refundKinds(op)
}
