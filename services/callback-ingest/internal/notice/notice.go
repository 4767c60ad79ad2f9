// Package notice is what a provider's notification says happened: which fact it is, and whom it is about. It is pure.
package notice

// Fact is one thing that happened, whatever notification told it and however often.
type Fact interface {
	// Kind says what sort of thing it is.
	Kind() Kind
	// Key are the parts that name the fact and nothing else (wechat-protocol.md §7.5). The same parts are the same fact;
	// the notification's id, its time and its signature are not among them, because they differ between repeats.
	Key() []string
	// Concerns is whom the provider says it is about.
	Concerns() Party
	// OrderNo is the out_order_no, "" when the fact does not name one.
	OrderNo() string
}

// Party is whom a fact is about. An empty part is one that the provider did not name.
type Party struct {
	// MchID is the merchant number (商户号) of the channel account; in partner mode the partner's.
	MchID string
	// SubMchID is the merchant's own number at a partner (特约商户号).
	SubMchID         string
	AppID, ServiceID string
}

// Kind is a sort of fact.
type Kind string

const (
	// PayScoreOrder is news of a service order.
	PayScoreOrder Kind = "payscore_order"
	// PayScoreAuthorization: a user opened or closed a service (授权).
	PayScoreAuthorization Kind = "payscore_authorization"
	// WeChatRefund: a refund became final.
	WeChatRefund Kind = "wechat_refund"
	// Unknown is an event type that facepay does not take. It is kept, not published.
	Unknown Kind = "unknown"
)

// KindOf is the kind of an event type (wechat-protocol.md §7.1).
func KindOf(eventType string) Kind {
	switch eventType {
	case "PAYSCORE.USER_CONFIRM", "PAYSCORE.USER_PAID":
		return PayScoreOrder
	case "PAYSCORE.USER_OPEN_SERVICE", "PAYSCORE.USER_CLOSE_SERVICE":
		return PayScoreAuthorization
	case "REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED":
		return WeChatRefund
	}
	return Unknown
}
