package audit

import "slices"

// nothingLost is invariant 1.
func (o *Order) nothingLost() {
	if o.End() == "" {
		o.breach(1, "it never ended (events: %v)", Names(o.Said))
	}
	for _, f := range o.Facts {
		if !o.followed(f) && o.refusal(f.ID) == "" {
			o.breach(1, "%s %s has no effect and no refusal (events: %v)", f.Name, f.ID, Names(o.Said))
		}
	}
	if o.Received.Delivered > 0 && len(o.Told) == 0 {
		o.breach(1, "%d notifications were answered 200, none was published", o.Received.Delivered)
	}
	for _, subject := range o.SetAside {
		o.breach(1, "%s became a dead letter", subject)
	}
}

// followed reports that a fact had its effect.
func (o *Order) followed(f Said) bool {
	switch f.Name {
	case "face_result":
		return o.count("opened") > 0 || o.closed()
	case "service_requested":
		return o.count("opened") > 0 || o.count("awaiting_confirm") > 0 || o.closed()
	case "service_ended":
		return slices.ContainsFunc(o.Said, func(s Said) bool { return s.Name == "completing" && s.Total == f.Total })
	case "service_aborted": // an order that is closed already has what an abort wants
		return o.closed()
	case "cancel_requested":
		return o.closed()
	case "paid_elsewhere":
		return o.End() == "paid"
	case "amount_modify_requested", "collect_requested", "refund_requested":
		return o.answers(f) > 0 || f.Name == "collect_requested" && o.End() == "paid"
	}
	return true
}

// closed reports an order that ended without money.
func (o *Order) closed() bool {
	return slices.Contains([]string{"refused", "revoked", "abandoned", "expired"}, o.End())
}
