package order

import (
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// want accepts a service_requested: an order without a face. Of a need-confirm service it is created at once and confirmed
// by its user; of a no-confirm one its user must have authorised the service first. wechat-protocol.md §5.5, §6.2.
func want(t *turn, f Fact) effect {
	w := f.(ServiceRequested)
	t.place("", w.DeviceID, w.StoreID)
	if t.Face.FactID != "" && t.Face.ReturnCode != "SCAN_PAYMENT" {
		return same(t, f)
	}
	if err := t.openable(w.ServiceID, w.RiskFund); err != nil {
		return t.reject(err)
	}
	t.place(w.ServiceID, "", "")
	t.Wish = &Wish{FactID: w.ID, FaceFactID: t.Face.FactID, Confirm: t.env.Terms.Confirm, RiskFund: w.RiskFund, Located: w.Located, Details: w.Details}
	if _, err := t.env.Scribe.Create(t.Order, w.Details, t.env.Now); err != nil { // what breaks a rule is refused before the user is asked
		t.Wish = nil
		return t.reject(err)
	}
	switch {
	case w.Waited > t.env.Timers.OpenWithin, t.Wish.Confirm, !t.Consent.GrantedAt.IsZero():
		return t.openWish(w.Waited)
	case t.Consent.Denied != "":
		t.standIn(0)
		return t.refuse(t.Consent.Denied)
	}
	t.move(Authorising)
	return t.think(t.env.Now.Add(t.env.Timers.AuthoriseWithin))
}

// standIn puts the wish where a face result would be. Its user was here so long ago: he has just authorised, or will confirm.
func (t *turn) standIn(waited time.Duration) {
	w := t.Wish
	t.Face = Face{FactID: w.FactID, RiskFund: w.RiskFund, Located: w.Located, At: t.env.Now.Add(-waited)}
}

// openWish freezes the create of an order without a face. What asks for it may have waited for us, as a face result can:
// then nothing is sent.
func (t *turn) openWish(waited time.Duration) effect {
	t.standIn(waited)
	if waited > t.env.Timers.OpenWithin {
		t.alarm("open_timeout")
		return t.refuse("open_timeout")
	}
	body, err := t.env.Scribe.Create(t.Order, t.Wish.Details, t.env.Now)
	if err != nil { // it was sound when it was accepted: the configuration changed
		t.alarm("create_refused_rule")
		return t.refuse("rule")
	}
	t.Wish.Details = nil
	return t.opening(body)
}

// grant notes authinfo's yes, before the wish or after the end.
func grant(t *turn, _ Fact) effect {
	if !t.Consent.GrantedAt.IsZero() {
		return nothing
	}
	t.Consent.GrantedAt = t.env.Now
	return changed
}

// granted opens the order of a user who has authorised the service.
func granted(t *turn, f Fact) effect {
	grant(t, f)
	return t.openWish(f.(ServiceAuthorised).Waited)
}

// deny notes authinfo's no, before the wish.
func deny(t *turn, f Fact) effect {
	if t.Consent.Denied != "" || !t.Consent.GrantedAt.IsZero() {
		return nothing
	}
	t.Consent.Denied = f.(ServiceDenied).Reason
	return changed
}

// denied ends an attempt whose user did not authorise.
func denied(t *turn, f Fact) effect {
	t.Consent.Denied = f.(ServiceDenied).Reason
	t.standIn(0)
	return t.refuse(t.Consent.Denied)
}

// unheard ends an attempt of which authinfo never told.
func unheard(t *turn, _ Fact) effect {
	t.alarm("authorisation_untold")
	t.standIn(0)
	return t.refuse("token_expired")
}

// openable holds what every opening must: one service, and a risk amount that it allows.
func (t *turn) openable(serviceID string, risk money.Fen) error {
	if t.ServiceID != "" && t.ServiceID != serviceID {
		return fault.Invalid("service_id", "service_differs", "the session was opened for another service")
	}
	if risk <= 0 || risk > t.env.Terms.Cap {
		return fault.Invalid("risk_fund.amount_fen", "risk_fund_range", "must be above 0 and at most %d, the cap of the service", t.env.Terms.Cap)
	}
	return nil
}

// opening sends a frozen create.
func (t *turn) opening(body []byte) effect {
	t.Create = Request{Body: body}
	t.move(Opening)
	return t.do(OpCreate, 0)
}
