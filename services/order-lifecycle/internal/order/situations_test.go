package order

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// later is when the fact of a row comes; situations are ten seconds old by then.
var later = t0.Add(10 * time.Second)

type situation struct {
	name  string
	order *Order
	// opened is how often Opened was emitted on the way.
	opened int
}

type namedFact struct {
	name string
	fact Fact
}

// situations are the states, some of them with what makes a difference in them.
func situations(t *testing.T) []situation {
	t.Helper()
	face := FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000}
	session := SessionOpened{DeviceID: "K1", ServiceID: "500001", OpenedAt: t0.Add(-time.Minute), ExpiresAt: t0.Add(time.Hour)}
	served := answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM", OrderID: "W1", StartedAt: t0.Add(-time.Minute)})
	end, freeEnd := endOf("end1", 350), endOf("end1", 0)
	pending := answer(OpComplete, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE"})
	lost := func(op Op) Answered { return Answered{Op: op, Verdict: Unknown} }
	no := func(op Op) Answered { return Answered{Op: op, Verdict: Refusal, Reason: "risk"} }
	askedPaid := Observed{told(paidSeen(350))}
	confirmWish := wish("wish2")
	var all []situation
	add := func(name string, facts ...Fact) {
		o, opened := New("m1", "N1"), 0
		for _, f := range facts {
			before := o.Next()
			if a, ok := f.(Answered); ok {
				o.Note(Call{Op: a.Op}, o.Send(Todo{Op: a.Op}))
			}
			env := envAt(t0)
			env.Terms.Confirm = strings.Contains(name, "CONFIRM") || name == "EXPIRED"
			if applied(env, &o, f, &opened); o.Next() != before {
				o.Begin(t0)
			}
		}
		if word, _, _ := strings.Cut(name, ","); string(o.State) != word {
			t.Fatalf("%s: got %s", name, o.State)
		}
		all = append(all, situation{name, &o, opened})
	}
	add("ATTEMPT")
	add("ATTEMPT, session open", session)
	add("ATTEMPT, session open, end parked", session, end)
	add("ATTEMPT, payment told", askedPaid)
	add("OPENING", face)
	add("OPENING, end parked", face, end)
	add("OPENING, aborted", face, ServiceAborted{ID: "abort1"})
	add("OPENING, in doubt", face, lost(OpCreate))
	add("OPENING, in doubt, aborted", face, lost(OpCreate), ServiceAborted{ID: "abort1"})
	add("OPENING, in doubt, then refused", face, lost(OpCreate), no(OpCreate))
	add("OPENING, in doubt, then unexplained", face, lost(OpCreate), Answered{Op: OpCreate, Verdict: Ask})
	add("OPENING, unexplained", face, Answered{Op: OpCreate, Verdict: Ask})
	add("IN_SERVICE", face, served)
	add("IN_SERVICE, end parked", face, answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}), end)
	add("COMPLETING", face, served, end)
	add("COMPLETING, refused", face, served, end, no(OpComplete))
	add("COMPLETING, in doubt, then refused", face, served, end, lost(OpComplete), no(OpComplete))
	add("COMPLETING, nothing to pay", face, served, freeEnd)
	add("COMPLETING, in doubt", face, served, end, lost(OpComplete))
	add("COMPLETING, a person was told", face, served, end, Answered{Op: OpComplete, Verdict: Misconfigured})
	add("PAYMENT_PENDING", face, served, end, pending)
	add("PAYMENT_PENDING, a part collected", face, served, end, pending, answer(OpQuery, Accepted, partly()))
	add("PAYMENT_PENDING, another amount told", face, served, end, pending, Observed{told(paidSeen(400))})
	add("CANCELLING", face, served, ServiceAborted{ID: "abort1"})
	add("CANCELLING, a person was told", face, served, ServiceAborted{ID: "abort1"}, Answered{Op: OpCancel, Verdict: Misconfigured})
	add("CANCELLING, in doubt", face, served, ServiceAborted{ID: "abort1"}, lost(OpCancel))
	add("PAYMENT_PENDING, a request refused", face, served, end, pending, modifyAsk("m0", 400))
	modify, sync, collect, withdraw := modifyAsk("m1", 200), elsewhereAsk("s1"), collectAsk("c1"), cancelAsk("w1")
	add("MODIFYING", face, served, end, pending, modify)
	add("MODIFYING, in doubt", face, served, end, pending, modify, lost(OpModify))
	add("MODIFYING, a person was told", face, served, end, pending, modify, Answered{Op: OpModify, Verdict: Misconfigured})
	add("MODIFYING, refused", face, served, end, pending, modify, no(OpModify))
	add("SYNCING", face, served, end, pending, sync)
	add("SYNCING, in doubt", face, served, end, pending, sync, lost(OpSync))
	add("SYNCING, refused", face, served, end, pending, sync, no(OpSync))
	add("COLLECTING", face, served, end, pending, collect)
	add("WITHDRAWING", face, served, end, pending, withdraw)
	add("WITHDRAWING, refused", face, served, end, pending, withdraw, no(OpWithdraw))
	add("AUTHORISING", wish("wish1"))
	add("ATTEMPT, authorised before it was asked for", ServiceAuthorised{})
	add("OPENING, authorised", wish("wish1"), ServiceAuthorised{})
	add("AWAITING_CONFIRM", confirmWish, answer(OpCreate, Accepted, Seen{State: "CREATED", OrderID: "W1", Package: "pack"}))
	add("EXPIRED", confirmWish, answer(OpCreate, Accepted, Seen{State: "CREATED", OrderID: "W1"}), answer(OpQuery, Accepted, Seen{State: "EXPIRED"}))
	add("PAID, refund sent", face, served, end, answer(OpComplete, Accepted, paidSeen(350)), refundAsk("r1", 100))
	add("PAID, by the merchant", face, served, end, pending, sync, answer(OpSync, Accepted, byMerchant(350)))
	add("PAID", face, served, end, answer(OpComplete, Accepted, paidSeen(350)))
	add("PAID, another amount told", face, served, end, answer(OpComplete, Accepted, paidSeen(350)), Observed{told(paidSeen(400))})
	add("FREE", face, served, freeEnd, answer(OpQuery, Accepted, Seen{State: "DONE", Total: new(money.Fen)}))
	add("REFUSED", face, no(OpCreate))
	add("REVOKED", face, served, ServiceAborted{ID: "abort1"}, Answered{Op: OpCancel, Verdict: Accepted})
	add("REVOKED, payment told", face, served, ServiceAborted{ID: "abort1"}, Answered{Op: OpCancel, Verdict: Accepted}, askedPaid)
	add("ABANDONED", SessionExpired{})
	return all
}

// everyFact is every kind of fact with what makes a difference in it.
func everyFact(askedIn State) []namedFact {
	all := []namedFact{
		{"session", SessionOpened{DeviceID: "K2", ServiceID: "500001", OpenedAt: t0, ExpiresAt: t0.Add(time.Hour)}},
		{"expired", SessionExpired{}},
		{"face_ok", FaceSucceeded{ID: "face2", ServiceID: "500001", RiskFund: 10_000}},
		{"face_ok, risk amount above cap", FaceSucceeded{ID: "face3", ServiceID: "500001", RiskFund: 20_001}},
		{"face_ok, another service", FaceSucceeded{ID: "face4", ServiceID: "500002", RiskFund: 10_000}},
		{"face_no, USER_CANCEL", FaceFailed{ID: "face5", ReturnCode: "USER_CANCEL"}},
		{"face_no, SCAN_PAYMENT", FaceFailed{ID: "face6", ReturnCode: "SCAN_PAYMENT"}},
		{"face_no, ERROR", FaceFailed{ID: "face7", ReturnCode: "ERROR"}},
		{"face_no, anything else", FaceFailed{ID: "face8", ReturnCode: "PARAM_ERROR"}},
		{"ended", endOf("end2", 350)},
		{"ended, nothing to pay", endOf("end3", 0)},
		{"ended, above cap", endOf("end4", 20_001)},
		{"aborted", ServiceAborted{ID: "abort2"}},
		{"wanted", wish("wish3")},
		{"wanted, risk amount above cap", ServiceRequested{ID: "wish4", ServiceID: "500001", RiskFund: 20_001}},
		{"granted", ServiceAuthorised{}},
		{"denied", ServiceDenied{Reason: "token_expired"}},
		{"cancel", cancelAsk("a1")},
		{"modify", modifyAsk("a2", 300)},
		{"modify, upwards", modifyAsk("a3", 400)},
		{"modify, to zero", modifyAsk("a4", 0)},
		{"modify, above cap", modifyAsk("a5", 20_001)},
		{"elsewhere", elsewhereAsk("a6")},
		{"collect", collectAsk("a7")},
		{"refund", refundAsk("a8", 250)},
		{"refund, more than was paid", refundAsk("a9", 351)},
		{"refund, nothing", refundAsk("a10", 0)},
		{"refund, a number of ours", refundAsk("auto-1", 10)},
		{"refund, a used number", refundAsk("m1", 10)},
		{"the same modify", modifyAsk("m1", 200)},
		{"the same wanted", wish("wish1")},
		{"the same face_ok", FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000}},
		{"the same ended", endOf("end1", 350)},
		{"the same aborted", ServiceAborted{ID: "abort1"}},
	}
	seen := map[string]Seen{
		"CREATED": {State: "CREATED"}, "DOING/USER_CONFIRM": {State: "DOING", Description: "USER_CONFIRM"}, "DOING/": {State: "DOING"},
		"DOING/MCH_COMPLETE": {State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(350))}, "USER_PAID 350": paidSeen(350),
		"USER_PAID 400": paidSeen(400), "DONE, total 0": {State: "DONE", Total: new(money.Fen)}, "DONE": {State: "DONE"},
		"DOING/MCH_COMPLETE 200": {State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(200))}, "USER_PAID 200": paidSeen(200),
		"MCH paid 350": byMerchant(350),
		"REVOKED":      {State: "REVOKED"}, "EXPIRED": {State: "EXPIRED"}, "undocumented": {State: "WAIT_PAY"}, "partly paid": partly(),
	}
	order := []string{
		"CREATED", "DOING/USER_CONFIRM", "DOING/", "DOING/MCH_COMPLETE", "DOING/MCH_COMPLETE 200", "partly paid", "USER_PAID 200", "MCH paid 350", "USER_PAID 350", "USER_PAID 400", "DONE, total 0", "DONE",
		"REVOKED", "EXPIRED", "undocumented",
	}
	for _, op := range []Op{OpCreate, OpComplete, OpCancel, OpModify, OpSync, OpCollect, OpWithdraw, OpQuery} {
		for _, v := range []Verdict{Unknown, Refusal, Ask, NotNow, Misconfigured, Missing, NotOurs} {
			all = append(all, namedFact{fmt.Sprintf("%s: %s", op, v), Answered{Op: op, Verdict: v, Reason: "rule", AskedIn: askedIn}})
		}
		for _, name := range order {
			s := seen[name]
			all = append(all, namedFact{fmt.Sprintf("%s: %s", op, name), Answered{Op: op, Verdict: Accepted, Seen: &s, AskedIn: askedIn}})
		}
	}
	elsewhere := Completing
	if askedIn == elsewhere {
		elsewhere = InService
	}
	all = append(all, namedFact{"query: USER_PAID 350, asked in another state", Answered{Op: OpQuery, Verdict: Accepted, Seen: new(paidSeen(350)), AskedIn: elsewhere}})
	for _, name := range order {
		s := seen[name]
		s.ServiceID = "500001"
		all = append(all, namedFact{"told: " + name, Observed{told(s)}})
	}
	without := told(paidSeen(350))
	without.Parts = nil
	return append(all, namedFact{"told: USER_PAID 350, no parts", Observed{without}}, namedFact{"time", TimePassed{}})
}

// partly is an order of 350 fen of which 100 are in.
func partly() Seen {
	return Seen{
		State: "DOING", Description: "MCH_COMPLETE", Collection: "USER_PAYING", Total: new(money.Fen(350)), PaidFen: 100, OrderID: "W1",
		Parts: []Collection{{TransactionID: "T1", Amount: 100, PaidAt: t0.Add(time.Minute)}},
	}
}
