package refund

// Status is where a refund stands; other words than these are kept and are never final (§9.1).
type Status string

const (
	// Processing: wait; a wallet takes up to 5 minutes, a card 1 to 3 working days.
	Processing Status = "PROCESSING"
	// Success: the user has the money.
	Success Status = "SUCCESS"
	// Closed: not refunded; a new attempt needs a new out_refund_no.
	Closed Status = "CLOSED"
	// Abnormal: the money cannot be credited (a closed card): a person handles it in the merchant portal. It was taken
	// from the merchant and keeps counting as refunded.
	Abnormal Status = "ABNORMAL"
)

// Final reports that WeChat will not move the refund any more by itself. ABNORMAL is not final: what a person does about
// it ends it.
func (s Status) Final() bool { return s == Success || s == Closed }
