package main

// reading are faults of reading WeChat: what is new, odd or dressed differently.
var reading = []fault{
	{
		says: "a field that nobody uses makes an answer unreadable",
		edits: []edit{{"pkg/wechatpay/payscore/order.go",
			"\tif c, there := e.Object(\"collection\"); there {", "\te.List(\"post_payments\")\n\tif c, there := e.Object(\"collection\"); there {"}},
		pkg: "pkg/wechatpay/payscore", test: "TestAFieldThatNobodyUsesMakesNoOrderUnreadable",
	},
	{
		says: "names are matched without regard to case",
		edits: []edit{
			{"pkg/wechatpay/internal/entity/split.go", "\t\"encoding/json\"\n", "\t\"encoding/json\"\n\t\"strings\"\n"},
			{"pkg/wechatpay/internal/entity/split.go", "return string(inner) == text", "return strings.EqualFold(string(inner), text)"},
		},
		pkg: "pkg/wechatpay/internal/entity", test: "TestANameCountsOnlyAsItIsWritten",
	},
	{
		says:  "a create whose yes cannot be read is sent again unasked",
		edits: []edit{{machine + "/opening.go", "if a.Unreadable {", "if false {"}},
		pkg:   machine, test: "TestAnUnreadableYesIsAlarmedAndQueriedBeforeAnythingIsSentAgain",
	},
	{
		says:  "a yes that cannot be read is taken for a fault of the network",
		edits: []edit{{orders + "/internal/wechat/call.go", "\ta.Unreadable = r.Unreadable\n", ""}},
		pkg:   orders + "/internal/errand", test: "TestAnUnreadableYesIsQueriedAndTheCreateIsNotRepeated",
	},
	{
		says:  "a new word of collection.state is waited on in silence",
		edits: []edit{{machine + "/seen.go", `case s.Collection != "" && s.Collection != "USER_PAYING":`, `case s.Collection == "-":`}},
		pkg:   machine, test: "TestAnUnknownWordOfTheCollectionIsAlarmedAndNeverWaitedOnInSilence",
	},
	{
		says:  "a notification is refused for its decoration",
		edits: []edit{{"pkg/wechatpay/notify/envelope.go", `ID: o.Aside("id")`, `ID: o.Text("id") + o.Text("summary")`}},
		pkg:   "pkg/wechatpay/notify", test: "TestANoticeIsOpenedWhateverItsDecoration",
	},
	{
		says:  "serials are compared letter by letter",
		edits: []edit{{"pkg/wechatpay/keyring.go", "k, known := s.serial[canonicalSerial(serial)]", "k, known := s.serial[serial]"}},
		pkg:   "pkg/wechatpay", test: "TestSerialsAreComparedWithoutCaseAndLeadingZerosInListsAndHeaders",
	},
}
