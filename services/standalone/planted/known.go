package main

// The folders that faults are planted in.
const (
	orders  = "services/order-lifecycle"
	machine = orders + "/internal/order"
	ingest  = "services/callback-ingest"
)

// known are faults that were found in well-known peers (lessons.md no. 23).
var known = []fault{
	{
		says: "success after local expiry is acknowledged and dropped",
		edits: []edit{{machine + "/proof.go",
			"case seen.phase() == isPaid:\n\t\treturn t.proof(*seen)\n\tcase !t.State.Final()",
			"case seen.phase() == isPaid && t.State != Abandoned:\n\t\treturn t.proof(*seen)\n\tcase !t.State.Final()"}},
		pkg: machine, test: "TestLateSuccessOnAClosedOrderIsConfirmedAndHonoured",
	},
	{
		says: "success on a closed order tells the merchant \"paid\" while the row stays closed",
		edits: []edit{{machine + "/proof.go",
			"\tt.honour(s)\n\tt.finish(Paid,",
			"\tt.honour(s)\n\tif t.State.Final() {\n\t\tt.emit(WasPaid{})\n\t\treturn t.rest()\n\t}\n\tt.finish(Paid,"}},
		pkg: machine, test: "TestLateSuccessOnAClosedOrderIsConfirmedAndHonoured",
	},
	{
		says: "the loser of a versioned write is done with, its fact is gone",
		edits: []edit{{"pkg/aggregate/turn.go",
			"if !errors.As(err, new(race)) {",
			"if fault.Is(err, fault.Conflict) {\n\t\t\treturn nil\n\t\t}\n\t\tif !errors.As(err, new(race)) {"}},
		pkg: "pkg/aggregate", test: "TestOfManyContendersEveryTurnIsAppliedOnceAndEventsFollowTheWrites",
	},
	{
		says: "the loser of a lock is acknowledged to the broker",
		edits: []edit{
			{"pkg/bus/settle.go", "case fault.Duplicate:", "case fault.Duplicate, fault.Conflict:"},
			{"pkg/bus/settle.go", "case fault.Retry, fault.Conflict, fault.UnknownOutcome:", "case fault.Retry, fault.UnknownOutcome:"},
		},
		pkg: "pkg/bus", test: "TestTheClassOfAnErrorDecides",
	},
	{
		says: "a repeat is answered 200 beside its first telling, whose write fails",
		edits: []edit{{ingest + "/internal/journal/commit.go",
			"\tif err == nil {\n\t\terr = docstore.Exists", "\t{\n\t\terr = docstore.Exists"}},
		pkg: ingest + "/internal/journal", test: "TestNobodyIsToldThatAFactIsStoredWhoseWriteFailed",
	},
	{
		says: "the paid amount is never compared",
		edits: []edit{{machine + "/work.go",
			"(t.State == Completing || t.State.Owed()) && paid == t.Total()",
			"(t.State == Completing || t.State.Owed())"}},
		pkg: machine, test: "TestANotificationWithAForeignAmountMovesNothingBeforeAQueryConfirmsIt",
	},
	{
		says: "commit \"paid\", crash, nobody is ever told: no sweep of the outbox",
		edits: []edit{{orders + "/service.go",
			"orders.SweepOutbox(ctx, cfg.SweepEvery); return", "<-ctx.Done(); return"}},
		pkg: orders, test: "TestWhatCouldNotBeToldWhenItWasSavedIsToldLater",
	},
	{
		says: "a notification is answered 200, the process dies, nobody is ever told: no sweep of notices",
		edits: []edit{{ingest + "/service.go",
			`service.Loop("sweep", announcer.RunSweep)`,
			`service.Loop("sweep", func(ctx context.Context) error { <-ctx.Done(); return nil })`}},
		pkg: ingest, test: "TestAServiceThatStoppedBeforePublishingPublishesAfterItsStart",
	},
	{
		says: "the second payment of one order throws for ever",
		edits: []edit{{machine + "/proof.go",
			"\t\tt.alarm(\"paid_amount_differs\")\n\t}\n\tif seen.Told {", "\t\tpanic(\"paid twice\")\n\t}\n\tif seen.Told {"}},
		pkg: machine, test: "TestAnotherAmountAfterThePaymentIsAnnouncedToo",
	},
	{
		says: "the second payment of one order is dropped silently",
		edits: []edit{{machine + "/proof.go",
			"\t\tt.alarm(\"paid_amount_differs\")\n\t}\n\tif seen.Told {", "\t\treturn nothing\n\t}\n\tif seen.Told {"}},
		pkg: machine, test: "TestAnotherAmountAfterThePaymentIsAnnouncedToo",
	},
	{
		says: "a new certificate download inside every callback",
		edits: []edit{
			{"pkg/wechatpay/signature.go", "import (\n", "import (\n\t\"context\"\n"},
			{"pkg/wechatpay/signature.go",
				"\terr := verifySigned(", "\t_ = r.Refresh(context.Background())\n\terr := verifySigned("},
		},
		pkg: "pkg/wechatpay", test: "TestVerifyingNeverCallsOutAndWakesRun",
	},
	{
		says:  "polling without back-off",
		edits: []edit{{machine + "/turn.go", "\tt.Todo.Round++\n", "\tt.Todo.Round = 0\n"}},
		pkg:   machine, test: "TestGapsGrowOverDifferentRequestsUntilAPersonIsTold",
	},
	{
		says:  "acknowledged after queueing, before storing",
		edits: []edit{{ingest + "/internal/journal/commit.go", "\tcase c.queue <- e:\n", "\tcase c.queue <- e:\n\t\treturn nil\n"}},
		pkg:   ingest, test: "TestWithoutAStoreTheAnswerIsAQuick503AndTheRepeatSucceeds",
	},
	{
		says: "float amounts",
		edits: []edit{{"pkg/money/money.go",
			"v, err := parseDecimal(s, 2)\n\treturn Fen(v), err", "v, err := strconv.ParseFloat(s, 64)\n\treturn Fen(v * 100), err"}},
		pkg: "pkg/money", test: "TestYuanSurvivesPrintAndParseExactly",
	},
}
