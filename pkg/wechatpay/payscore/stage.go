package payscore

// Stage is where an order stands, read from state, state_description and collection.state together: none of them is
// enough alone (§6.9). It says nothing about how much was paid: compare Collection.PaidAmount.
type Stage string

const (
	// StageAwaitingConfirm is S1: a need-confirm order waits for its user; in no-confirm mode a failed create (§6.2).
	StageAwaitingConfirm Stage = "awaiting_confirm"
	// StageInService is S2.
	StageInService Stage = "in_service"
	// StagePaymentPending is S3 and S3': completed, not paid.
	StagePaymentPending Stage = "payment_pending"
	// StagePaid is S4: USER_PAID, whatever the state says.
	StagePaid Stage = "paid"
	// StageFree is S5: finished with nothing to pay. That zero totals end in DONE is expected, not established (§10.4).
	StageFree Stage = "free"
	// StageRevoked is S6.
	StageRevoked Stage = "revoked"
	// StageExpired is S7.
	StageExpired Stage = "expired"
	// StageUnclear is anything else: not final, query again; an alarm when it stays.
	StageUnclear Stage = "unclear"
)

// Final reports that WeChat will not move the order any more.
func (s Stage) Final() bool {
	return s == StagePaid || s == StageFree || s == StageRevoked || s == StageExpired
}

// Stage evaluates the triple.
func (o Order) Stage() Stage {
	if c := o.Collection; c != nil && c.State == UserPaid {
		return StagePaid
	} else if c != nil && c.State != UserPaying && c.State != "" { // a new word says nothing yet (§6.3)
		return StageUnclear
	}
	switch o.State {
	case Created:
		return StageAwaitingConfirm
	case Revoked:
		return StageRevoked
	case Expired:
		return StageExpired
	case Doing:
		return doingStage(o.Description)
	case Done:
		if o.Collection == nil && o.nothingToPay() {
			return StageFree
		}
	}
	return StageUnclear
}

func doingStage(d Description) Stage {
	switch d {
	case UserConfirm:
		return StageInService
	case MchComplete:
		return StagePaymentPending
	default: // an empty description after our completion means: ask (§6.4)
		return StageUnclear
	}
}

// nothingToPay: WeChat names a total of zero, or none at all, and does not say that it collects (§6.4).
func (o Order) nothingToPay() bool {
	zero := o.TotalAmount == nil || *o.TotalAmount == 0
	return zero && (o.NeedCollection == nil || !*o.NeedCollection)
}
