package main

const (
	busDir = "pkg/bus"
	sqlite = "pkg/docstore/sqlite"
	auth   = "services/authinfo"
)

// kernel are faults of what all services stand on: what is durable once it is acknowledged, whose answer an answer is,
// and what comes back after an outage.
var kernel = []fault{
	{
		says: "events are published by futures that nobody frees",
		edits: []edit{{busDir + "/bus.go",
			"all.Go(func() { errs[i] = b.Publish(ctx, e) })",
			"all.Go(func() {\n\t\t\tf, err := b.js.PublishMsgAsync(message(e))\n\t\t\tif err != nil {\n\t\t\t\terrs[i] = publishFault(err)\n\t\t\t\treturn\n\t\t\t}\n" +
				"\t\t\tselect {\n\t\t\tcase <-f.Ok():\n\t\t\tcase <-ctx.Done():\n\t\t\t\terrs[i] = publishFault(ctx.Err())\n\t\t\t}\n\t\t})"}},
		pkg: busDir, test: "TestSmallBatchesArePublishedAgainAfterAStreamThatAnsweredNothing",
	},
	{
		says: "one answer of a batch is taken for all: by the broker's client",
		edits: []edit{{busDir + "/bus.go",
			"\tall.Wait()\n\treturn errs\n", "\tall.Wait()\n\treturn slices.Repeat(errs[len(errs)-1:], len(es))\n"}},
		pkg: busDir, test: "TestEachEventOfSeveralStreamsHasItsOwnAnswer",
	},
	{
		says: "one answer of a batch is taken for all: by the notices",
		edits: []edit{{ingest + "/internal/announce/publish.go",
			"\tfor i, err := range a.Bus.PublishMany(ctx, events) {\n\t\tif err == nil {",
			"\terrs := a.Bus.PublishMany(ctx, events)\n\tfor i := range errs {\n\t\tif errs[0] == nil {"}},
		pkg: ingest + "/internal/announce", test: "TestOnlyWhatTheBrokerTookIsMarkedAsPublished",
	},
	{
		says: "one answer of a batch is taken for all: by the store",
		edits: []edit{{sqlite + "/table.go",
			"\t}\n\treturn errs\n}", "\t}\n\treturn slices.Repeat(errs[:min(1, len(errs))], len(errs))\n}"}},
		pkg: sqlite, test: "TestSQLiteKeepsThePromisesOfDocstore",
	},
	{
		says:  "the store syncs at checkpoints only",
		edits: []edit{{sqlite + "/store.go", `"_synchronous": {"FULL"}`, `"_synchronous": {"NORMAL"}`}},
		pkg:   sqlite, test: "TestWhatIsAcknowledgedIsSyncedWithEveryCommit",
	},
	{
		says:  "a commit that fails is told as done",
		edits: []edit{{sqlite + "/transaction.go", "return docstore.Away(err, \"commit\")", "return nil"}},
		pkg:   sqlite, test: "TestACommitThatFailsIsToldToEveryMemberOfItsGroupAndKeepsNothing",
	},
	{
		says:  "a commit that fails sets aside every fact of its group",
		edits: []edit{{sqlite + "/transaction.go", "return docstore.Away(err, \"commit\")", "return err"}},
		pkg:   sqlite, test: "TestACommitThatFailsIsToldToEveryMemberOfItsGroupAndKeepsNothing",
	},
	{
		says:  "the broker syncs every two minutes",
		edits: []edit{{busDir + "/embedded/embedded.go", "opts.Host, opts.StoreDir = host, dir", "opts.Host, opts.StoreDir, opts.SyncAlways = host, dir, false"}},
		pkg:   busDir + "/embedded", test: "TestTheEmbeddedServerRunsOnTheProductionFile",
	},
	{
		says: "dead letters are acknowledged before they are written",
		edits: []edit{{busDir + "/topology.go",
			"\treturn append(all, dead)", "\tdead.PersistMode = jetstream.AsyncPersistMode\n\treturn append(all, dead)"}},
		pkg: busDir, test: "TestEveryStreamAndConsumerKeepsWhatItAcknowledged",
	},
	{
		says:  "a service whose consumer was deleted is ready",
		edits: []edit{{busDir + "/bus.go", "if err := b.consuming.fault(); err != nil {", "if err := b.consuming.fault(); false {"}},
		pkg:   busDir, test: "TestAConsumerThatIsDeletedWhileItRunsMakesTheServiceUnreadyAndIsCounted",
	},
	{
		says:  "a vanished host is noticed by writes that are patient for a minute",
		edits: []edit{{busDir + "/bus.go", ", nats.FlusherTimeout(o.PingEvery)", ""}},
		pkg:   busDir, test: "TestProductionNoticesAVanishedHostWithinFifteenSeconds",
	},
	{
		says: "a credential lives from its answer on",
		edits: []edit{{auth + "/internal/issuer/issuer.go",
			"\tauthinfo := grant.Reveal()\n", "\tissuedAt = i.deps.Clock.Now()\n\tauthinfo := grant.Reveal()\n"}},
		pkg: auth + "/internal/issuer", test: "TestACredentialsLifeBeginsWhenItIsAskedFor",
	},
	{
		says:  "an answer that names no user is about ours",
		edits: []edit{{auth + "/internal/wechat/ask.go", "case \"\":\n\t\treturn consent.Unclear", "case \"\":\n\t\treturn consent.Available"}},
		pkg:   auth + "/internal/wechat", test: "TestAnAnswerIsAboutTheUserOnlyWhenItNamesTheUserAsWeKnowThem",
	},
	{
		says: "a partner's user is compared by openid only",
		edits: []edit{{auth + "/internal/wechat/ask.go",
			"\t\tnamed = a.Told.SubOpenID\n", "\t\tnamed = a.Told.OpenID\n"}},
		pkg: auth + "/internal/wechat", test: "TestAnAnswerIsAboutTheUserOnlyWhenItNamesTheUserAsWeKnowThem",
	},
	{
		says: "a termination that cannot be sent comes again with every claim",
		edits: []edit{{auth + "/internal/handle/termination_call.go",
			"\ta.Op, a.Seq = end.Todo.Op", "\tif err != nil {\n\t\treturn nil, err\n\t}\n\ta.Op, a.Seq = end.Todo.Op"}},
		pkg: auth + "/internal/handle", test: "TestATerminationWhoseSealKeyOrMerchantIsGoneIsTriedAtGrowingGaps",
	},
	{
		says: "a consent that nobody can call for comes again with every claim, for ever",
		edits: []edit{{auth + "/internal/handle/consent_call.go",
			"\ta.Op, a.Seq, a.SentAt =", "\tif err != nil {\n\t\treturn nil, err\n\t}\n\ta.Op, a.Seq, a.SentAt ="}},
		pkg: auth, test: "TestAConsentWhoseSealKeyOrMerchantIsGoneEndsByItsOwnTime",
	},
}
