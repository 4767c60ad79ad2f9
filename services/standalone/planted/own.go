package main

// own are faults that this protocol, this broker and this store invite.
var own = []fault{
	{
		says: "need_user_confirm: false is left out, and the server's default is true",
		edits: []edit{{"pkg/wechatpay/payscore/create.go",
			`json:"need_user_confirm"`, `json:"need_user_confirm,omitempty"`}},
		pkg: "pkg/wechatpay/payscore", test: "TestFalseAndZeroAreSentAndEmptyOptionalsAreNot",
	},
	{
		says: "deduplicated by the delivery's id instead of the fact",
		edits: []edit{{ingest + "/internal/door/classify.go",
			"journal.IDOf(n.Account, fact)", "hex.EncodeToString([]byte(n.NotificationID))"}},
		pkg: ingest, test: "TestAHundredCopiesAtOnceAreAllAnsweredAndMakeOneEvent",
	},
	{
		says:  "a failed message is given back without a delay",
		edits: []edit{{"pkg/bus/settle.go", "ackErr = msg.NakWithDelay(delay)", "ackErr = msg.Nak()"}},
		pkg:   "pkg/bus", test: "TestWhatFailedComesAgainNoSoonerThanItsWait",
	},
	{
		says: "the frozen body is made anew for every try",
		edits: []edit{
			{orders + "/internal/wechat/call.go", "import (\n", "import (\n\t\"bytes\"\n\t\"fmt\"\n"},
			{orders + "/internal/wechat/call.go", "d.client.Create(ctx, o.Create.Body)",
				`d.client.Create(ctx, fmt.Appendf(nil, "%s,\"try\":%d}", bytes.TrimSuffix(o.Create.Body, []byte("}")), o.Create.Tries))`},
		},
		pkg: orders + "/internal/errand", test: "TestALostAnswerIsFollowedByTheSameBytesAfterAGap",
	},
	{
		says:  "an unknown outcome is taken as a no: by the order",
		edits: []edit{{orders + "/internal/wechat/call.go", "\t\treturn order.Unknown, \"\"\n", "\t\treturn order.Refusal, \"rule\"\n"}},
		pkg:   orders + "/internal/wechat", test: "TestAnswersComeBackInTheOrdersWords",
	},
	{
		says: "an unknown outcome is taken as a no: a 5xx by the transport",
		edits: []edit{{"pkg/wechatpay/answer.go",
			"a.Code, a.Doubt = errorCode(r.body), DoubtServer", "a.Code, a.Outcome = errorCode(r.body), No"}},
		pkg: "pkg/wechatpay", test: "TestOutcomeIsThreeValued",
	},
	{
		says: "a signature probe is waved through",
		edits: []edit{{"pkg/wechatpay/signature.go",
			`return reject(SignProbe, "WeChat probed whether signatures are verified")`, "return nil"}},
		pkg: ingest, test: "TestAProbeIsFollowedByItsGenuineCopy",
	},
	{
		says: "the timestamp's window is not checked",
		edits: []edit{{"pkg/wechatpay/signature.go",
			"if err := withinWindow(now, timestamp); err != nil {", "if err := withinWindow(now, timestamp); false && err != nil {"}},
		pkg: "pkg/wechatpay/notify", test: "TestTheWindowIs299SecondsBothWays",
	},
	{
		says:  "a versioned replace without the version",
		edits: []edit{{"pkg/docstore/sqlite/table.go", "WHERE id = ? AND version = ?", "WHERE id = ? AND version <> -?"}},
		pkg:   "pkg/docstore/sqlite", test: "TestSQLiteKeepsThePromisesOfDocstore",
	},
	{
		says:  "a row is remembered as it was before a mark",
		edits: []edit{{"pkg/docstore/sqlite/table.go", "\t\t\ttx.touched(t.place(id))\n", "\t\t\t_ = id\n"}},
		pkg:   "pkg/docstore/sqlite", test: "TestGetGivesWhatTheFileHoldsWhateverWasWritten",
	},
	{
		says:  "a row is forgotten behind its commit instead of before it",
		edits: []edit{{"pkg/docstore/sqlite/transaction.go", "\ttx.recent.forget(at)\n\ttx.written[at] = row\n", "\ttx.written[at] = row\n"}},
		pkg:   "pkg/docstore/sqlite", test: "TestARowIsForgottenBeforeItsChangeIsCommitted",
	},
	{
		says: "what a request may need is reserved before its body is there",
		edits: []edit{{ingest + "/internal/door/body.go",
			"\tbody := bytes.NewBuffer(", "\tif err := h.take(16 << 10); err != nil {\n\t\treturn nil, err\n\t}\n\tbody := bytes.NewBuffer("}},
		pkg: ingest, test: "TestGenuineNotificationsAreAnsweredWhileThousandsOfConnectionsSendNoBody",
	},
	{
		says: "the headers are looked at when the body is there",
		edits: []edit{{ingest + "/internal/door/door.go",
			"if err := keys.Ring.CheckHeaders(d.Clock.Now(), r.Header); err != nil {",
			"if err := keys.Ring.CheckHeaders(d.Clock.Now(), r.Header); false && err != nil {"}},
		pkg: ingest, test: "TestWhatItsHeadersRefuseIsAnsweredBeforeItsBodyAndClosed",
	},
	{
		says:  "one source may take all connections",
		edits: []edit{{ingest + "/internal/door/connections.go", "l.open[source] >= l.limits.PerSource", "l.open[source] >= l.limits.Most"}},
		pkg:   ingest, test: "TestOneSourceDoesNotTakeTheConnectionsOfAnother",
	},
	{
		says:  "every refusal is logged",
		edits: []edit{{ingest + "/internal/door/sampled.go", "if !of.limit.AllowN(now, 1) {", "if false {"}},
		pkg:   ingest, test: "TestRefusalsAreLoggedInSamplesAndCountedAll",
	},
	{
		says: "a refusal starts a span",
		edits: []edit{{ingest + "/internal/door/door.go",
			"\taccount, err := d.accountOf(r)\n", "\t_, span0 := d.Tracer.Start(ctx, spanName)\n\tdefer span0.End()\n\taccount, err := d.accountOf(r)\n"}},
		pkg: ingest + "/internal/door", test: "TestARefusalStartsNoSpan",
	},
	{
		says:  "what fits no merchant is tried again at a start only",
		edits: []edit{{ingest + "/internal/announce/adopt.go", "wait := a.pace.AdoptEvery\n", "wait := a.pace.AdoptEvery << 20\n"}},
		pkg:   ingest, test: "TestANoticeThatAnOlderReplicaCouldNotRouteIsPublishedWithoutAnotherRestart",
	},
	{
		says: "a duplicate beside a write concern error is believed",
		edits: []edit{{"pkg/docstore/mongo/outcome.go",
			"\tif bulk.WriteConcernError != nil {", "\tif len(bulk.WriteErrors) == 0 && bulk.WriteConcernError != nil {"}},
		pkg: "pkg/docstore/mongo", test: "TestADuplicateThatTheMajorityDoesNotConfirmIsRetry",
	},
	{
		says:  "what a failover may undo is read as done",
		edits: []edit{{"pkg/docstore/mongo/store.go", "readconcern.Majority()", "readconcern.Local()"}},
		pkg:   "pkg/docstore/mongo", test: "TestEveryReadAsksForWhatTheMajorityHas",
	},
}
