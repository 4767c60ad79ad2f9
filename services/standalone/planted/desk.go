package main

// desk are faults of what the back office asks for: money that goes back, totals that change, payments elsewhere.
var desk = []fault{
	{
		says: "a refund whose outcome is unknown is sent again under a new number",
		edits: []edit{{machine + "/refunding.go",
			"\tcase Unknown:\n\t\tr.Request.DoubtAt = t.env.Now\n",
			"\tcase Unknown:\n\t\tanew := *r\n\t\tanew.RequestID += \"b\"\n\t\tr.Request.Body, _ = t.env.Scribe.Refund(t.Order, anew, t.env.Now)\n\t\tr.Request.DoubtAt = t.env.Now\n"}},
		pkg: machine, test: "TestARefundWithoutADefiniteAnswerGoesOnUnderTheSameNumberWithTheSameBytes",
	},
	{
		says:  "the sum of a payment's refunds is not checked",
		edits: []edit{{machine + "/refund.go", "left := part.Amount - t.Returning(part.TransactionID)", "left := part.Amount"}},
		pkg:   machine, test: "TestAnAbnormalRefundIsToldOnceAndMayStillSucceed",
	},
	{
		says:  "the minute between refunds is counted from the asking, not from the last send",
		edits: []edit{{machine + "/refund.go", "other.Todo.At = t.apart(*other, other.Todo.At)", "_ = other"}},
		pkg:   machine, test: "TestRefundsOfOnePaymentAreAMinuteApartAtWeChatHoweverLateTheFirstWasAccepted",
	},
	{
		says: "a modify without an answer is believed",
		edits: []edit{{machine + "/work.go",
			"\tcase Unknown:\n\t\tt.Work.Request.DoubtAt = t.env.Now\n",
			"\tcase Unknown:\n\t\tif a.Op == OpModify {\n\t\t\tt.modified()\n\t\t\tt.move(PaymentPending)\n\t\t\treturn t.pend()\n\t\t}\n\t\tt.Work.Request.DoubtAt = t.env.Now\n"}},
		pkg: machine, test: "TestAModifyOrSyncWithoutAnAnswerIsLookedAtBeforeItIsSentAgain",
	},
	{
		says: "what WeChat collected of an order that was paid elsewhere is kept",
		edits: []edit{{machine + "/proof.go",
			"\tt.finish(Paid, \"\", WasPaid{})\n\tt.returnExcess()\n", "\tt.finish(Paid, \"\", WasPaid{})\n"}},
		pkg: machine, test: "TestAnOrderPaidElsewhereThatWeChatCollectedTooIsGivenBackOnce",
	},
	{
		says:  "a refused completion is sent again for ever",
		edits: []edit{{machine + "/completing.go", "\t\tt.Complete.Refusal = cmp.Or(a.Reason, unexplained)\n", "\t\tif a.Verdict == Refusal {\n\t\t\tt.Complete.Refusal = cmp.Or(a.Reason, unexplained)\n\t\t}\n"}},
		pkg:   machine, test: "TestACompletionThatIsRefusedWithoutACauseEndsInServiceAndCanBeCancelled",
	},
	{
		says:  "a request without a definite answer can never be replaced",
		edits: []edit{{machine + "/desk.go", "\tcase t.personTold():\n\t\treturn take(t, f)\n", "\tcase false:\n\t\treturn take(t, f)\n"}},
		pkg:   machine, test: "TestWhateverWeChatAnswersForEverAPersonIsToldAndTheBackOfficeHasAWayOut",
	},
	{
		says:  "a refused word of a payment elsewhere is forgotten",
		edits: []edit{{machine + "/work.go", "\t\tt.alarm(\"sync_refused\")\n", "\t\tt.alarm(\"sync_refused\")\n\t\tt.PaidElsewhere = 0\n"}},
		pkg:   machine, test: "TestWhatTheCustomerPaidElsewhereStaysAFactWhenWeChatRefusesToHearOfIt",
	},
	{
		says:  "what is owed is counted once per payment",
		edits: []edit{{machine + "/excess.go", "min(rest, p.Amount-p.Returned)", "min(p.Amount-owed, p.Amount-p.Returned)"}},
		pkg:   machine, test: "TestTheOrderInWhichWeChatListsThePartsDoesNotChangeWhatGoesBack",
	},
	{
		says:  "an alarm is raised once in a life",
		edits: []edit{{machine + "/alarm.go", "a.same(raised) && !a.Over", "a.same(raised)"}},
		pkg:   machine, test: "TestTheSecondWaitWithoutAnAnswerIsToldLikeTheFirst",
	},
	{
		says:  "what WeChat collects above a lowered total is kept",
		edits: []edit{{machine + "/excess.go", "rest = -owed - returned", "rest = -max(owed, 350) - returned"}},
		pkg:   machine, test: "TestWhatIsAboveALoweredTotalGoesBack",
	},
	{
		says: "a lower total whose sender died is sent again unasked",
		edits: []edit{{machine + "/call.go",
			"func (o *Order) LookFirst(now time.Time) bool {\n", "func (o *Order) LookFirst(now time.Time) bool {\n\treturn false\n"}},
		pkg: orders + "/internal/errand", test: "TestAModifyWhoseSenderDiedIsAskedAboutBeforeItIsSentAgain",
	},
	{
		says: "a cancel that WeChat refused is taken as cancelled",
		edits: []edit{{machine + "/work.go",
			"\t\tt.Work.Request.Refusal = cmp.Or(a.Reason, unexplained)\n",
			"\t\tif a.Op == OpWithdraw {\n\t\t\treturn t.revoked(\"desk_cancel\", Seen{})\n\t\t}\n\t\tt.Work.Request.Refusal = cmp.Or(a.Reason, unexplained)\n"}},
		pkg: machine, test: "TestARefusedRequestAboutAPendingOrderIsProvedByAQueryAndMovesNoMoney",
	},
	{
		says: "a request of the back office that comes again is answered again",
		edits: []edit{{machine + "/turn.go",
			"slices.ContainsFunc(o.Desk, func(r DeskRequest) bool { return r.FactID == id }) ||", "false ||"}},
		pkg: machine, test: "TestARequestThatComesAgainIsAnsweredOnce",
	},
	{
		says:  "the time of sending is a part of what is asked for",
		edits: []edit{{"pkg/event/id.go", "if c.Sent != \"\" {", "if c.Sent == \"\" {"}},
		pkg:   "pkg/event", test: "TestAFactFromOutsideStampedAnewIsTheSameFact",
	},
	{
		says: "a request that comes again while it is under way is refused as used",
		edits: []edit{{machine + "/desk.go",
			"\tif refusal >= 0 && (request < 0", "\tif request >= 0 {\n\t\treturn t.reject(t.usedBefore(f))\n\t}\n\tif refusal >= 0 && (request < 0"}},
		pkg: machine, test: "TestARequestThatIsStampedAnewGetsItsFirstAnswerAgain",
	},
	{
		says:  "a broken rule under the number of a request that is under way reads as its end",
		edits: []edit{{machine + "/turn.go", "cmp.Or(t.usedBefore(f), why)", "cmp.Or(why, t.usedBefore(f))"}},
		pkg:   machine, test: "TestOtherContentUnderAUsedNumberIsAConflictThatInvitesToNothingWhileTheFirstIsUnderWay",
	},
	{
		says:  "an accepted end is forgotten when WeChat refuses it",
		edits: []edit{{machine + "/kiosk.go", "if factID != \"\" && !slices", "if factID == \"\" && !slices"}},
		pkg:   machine, test: "TestAnEndThatWasAcceptedIsAnsweredAndKnownHoweverManyFactsOfItsKioskWereRefused",
	},
	{
		says: "the door of an order opens that its user has not confirmed",
		edits: []edit{{machine + "/confirm.go",
			"\t\tcase isCreated:\n\t\t\treturn t.watchConfirm()", "\t\tcase isCreated:\n\t\t\treturn t.serve()"}},
		pkg: machine, test: "TestTheDoorStaysClosedUntilWeChatSaysThatTheUserConfirmed",
	},
}
