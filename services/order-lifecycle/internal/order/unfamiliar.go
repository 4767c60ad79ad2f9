package order

// unfamiliar alarms what WeChat says in a way that is not in the sheet, whatever the fact then does to the order. It blames
// the reading and not the network. The order itself is asked about: no cell takes such a word for a proof.
func (t *turn) unfamiliar(f Fact) {
	switch f := f.(type) {
	case Answered:
		if f.Unreadable {
			t.alarm("provider_answer_unreadable")
		}
	case RefundAnswered:
		if f.Unreadable {
			t.alarmOf("provider_answer_unreadable", f.RequestID)
		}
	case Observed:
		if f.Seen.NewEvent {
			t.alarm("provider_event_unknown")
		}
		if f.Seen.phase() == isUnknown { // a word of a notification, too, is not passed over in silence (§6.3)
			t.alarm("provider_state_unknown")
		}
	}
}

// isNew reports a notification of an event type or a state that is not in the sheet. A payment in full is not: it is proved by
// its own word, whatever brought it (§6.9).
func isNew(f Fact) bool {
	told, ok := f.(Observed)
	return ok && told.Seen.phase() != isPaid && (told.Seen.NewEvent || told.Seen.phase() == isUnknown)
}
