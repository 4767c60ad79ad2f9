package sandbox_test

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

func TestTheBillOfTheGoldenBookIsTheGoldenFile(t *testing.T) {
	golden, err := os.ReadFile("bill/testdata/trade_all.csv")
	if err != nil {
		t.Fatal(err)
	}
	w := billed(t, nextDay, goldenBook)
	for _, path := range []string{tradeBillPath, tradeBillPath + "&bill_type=ALL&tar_type=GZIP"} {
		if got := w.bill(t, path); got != string(golden) {
			t.Errorf("%s:\n%s", path, got)
		}
	}
	w.rule(t, fieldsOf{"operation": "bill", "fault": "crlf"})
	if got := w.bill(t, tradeBillPath); got != strings.ReplaceAll(string(golden), "\n", "\r\n") {
		t.Errorf("%q", got)
	}
}

func TestABillHasItsPartOfTheDayAndNothingElse(t *testing.T) {
	hand := book.Payment{TransactionID: number(2), Amount: 200, At: on(23, 59, 59), ByHand: true}
	parts := []book.Payment{deducted(number(3), 100, on(12, 0, 0)), deducted("4200001999202311160000000004", 50, on(24+1, 0, 0)), {Amount: 20, At: on(1, 0, 0)}}
	w := billed(t, nextDay, func(t testing.TB, b *book.Book) {
		put(t, b, doneOrder("FREE"))
		put(t, b, doneOrder("MCH", book.Payment{Amount: 300, At: on(3, 0, 0)}))
		put(t, b, doneOrder("BEFORE", deducted("4200001999202311140000000009", 10, on(0, 0, 0).Add(-time.Millisecond))))
		put(t, b, doneOrder("FIRST", deducted(number(1), 10, on(0, 0, 0))))
		put(t, b, doneOrder("HAND", hand))
		put(t, b, doneOrder("PARTS", parts...))
		put(t, b, doneOrder("AFTER", deducted("4200001999202311160000000001", 10, on(24, 0, 0))))
		refunded(t, b, hand, &book.Refund{OutOrderNo: "HAND", OutRefundNo: "RF1", RefundID: "5001", Amount: 200, CreatedAt: on(23, 59, 59), SettledAt: on(24+9, 0, 1), Status: book.RefundSucceeded})
		refunded(t, b, parts[0], &book.Refund{OutOrderNo: "PARTS", OutRefundNo: "RF2", RefundID: "5002", Amount: 10, CreatedAt: on(24, 0, 0), Status: book.RefundProcessing})
	})
	all := rows(w.bill(t, tradeBillPath))
	for i, want := range [][]string{
		{"`0.10,`0.00,`0,`0", "`AUTH,`SUCCESS", "wxzff|1000000000202311150001|FIRST", "`WX001999202311150000000001"},
		{"`1.00,`0.00,`0,`0", "`AUTH,`SUCCESS", "|PARTS"},
		{"`2.00,`0.00,`0,`0", "`JSAPI,`SUCCESS", "`HAND,`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
		{"`5001,`RF1,`2.00", "`JSAPI,`REFUND", "`ORIGINAL,`PROCESSING", "`-0.01000,`0.60%,`0.00,`2.00"},
	} {
		if i >= len(all) {
			t.Fatalf("%d rows: %v", len(all), all)
		}
		for _, part := range want {
			if !strings.Contains(all[i], part) {
				t.Errorf("row %d lacks %s: %s", i, part, all[i])
			}
		}
	}
	if len(all) != 4 {
		t.Errorf("%d rows: %v", len(all), all)
	}
	if got := rows(w.bill(t, tradeBillPath+"&bill_type=SUCCESS")); len(got) != 3 {
		t.Errorf("%v", got)
	}
	if got := rows(w.bill(t, tradeBillPath+"&bill_type=REFUND&tar_type=GZIP")); len(got) != 1 || !strings.Contains(got[0], "`2023-11-15 23:59:59,`,`5001") {
		t.Errorf("%v", got)
	}
}

func TestTheSameBookMakesTheSameBytesWhateverHappensLater(t *testing.T) {
	p := deducted(number(1), 350, on(6, 0, 0))
	unsettled := &book.Refund{OutOrderNo: "PS1", OutRefundNo: "RF1", RefundID: "5001", Amount: 100, CreatedAt: on(9, 0, 0), Status: book.RefundProcessing}
	w := billed(t, nextDay, func(t testing.TB, b *book.Book) {
		put(t, b, doneOrder("PS1", p))
		part := doneOrder("PS2", deducted(number(2), 100, on(7, 0, 0)))
		part.State, part.Description, part.Total = book.Doing, book.MchComplete, 350
		put(t, b, part)
		put(t, b, doneOrder("PS3", deducted(number(3), 100, on(8, 0, 0))))
		refunded(t, b, p, unsettled)
	})
	before := w.bill(t, tradeBillPath)
	w.clock = frozen{nextDay.Add(24 * time.Hour)}
	w.restartAfter(func(b *book.Book) {
		if _, err := b.Change(t.Context(), mchID, "PS2", func(o *book.Order) (bool, error) {
			return true, o.Collect(deducted("4200001999202311160000000007", 250, nextDay), time.Time{})
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.ChangeRefund(t.Context(), mchID, "RF1", func(r *book.Refund) error { r.Settle(book.RefundClosed, nextDay); return nil }); err != nil {
			t.Fatal(err)
		}
	})
	if after := w.bill(t, tradeBillPath); after != before {
		t.Errorf("%s\nbecame\n%s", before, after)
	}
}

func TestBillsAreRefusedAsWeChatRefusesThem(t *testing.T) {
	w := billed(t, nextDay, goldenBook)
	for path, want := range map[string]string{
		"/v3/bill/tradebill": "PARAM_ERROR-268435464", "/v3/bill/tradebill?bill_date=20231115": "PARAM_ERROR-268435464",
		"/v3/bill/tradebill?bill_date=2023-11-17": "PARAM_ERROR-268435464", "/v3/bill/tradebill?bill_date=2023-11-16": "STATEMENT_CREATING-0",
		"/v3/bill/tradebill?bill_date=2023-08-15": "PARAM_ERROR-268435464", "/v3/bill/tradebill?bill_date=2023-08-16": "NO_STATEMENT_EXIST-0",
		tradeBillPath + "&bill_type=ALL_SPECIAL": "PARAM_ERROR-268435464", tradeBillPath + "&tar_type=ZIP": "PARAM_ERROR-268435464",
		"/v3/bill/fundflowbill?bill_date=2023-11-15&account_type=FEES": "NO_STATEMENT_EXIST-0",
		"/v3/bill/fundflowbill?bill_date=2023-11-15&account_type=ALL":  "PARAM_ERROR-268435464",
	} {
		if r := w.call(t, http.MethodGet, path, nil); r.status != 400 || r.code(t) != want || r.bad != nil {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	w = billed(t, nextDay.Add(-time.Millisecond), goldenBook)
	if r := w.call(t, http.MethodGet, tradeBillPath, nil); r.status != 400 || r.code(t) != "STATEMENT_CREATING-0" {
		t.Errorf("just before ten: %d %s", r.status, r.body)
	}
}

func TestADownloadURLExpiresAfterThirtySeconds(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears })
	w.paid(t, "PS1")
	day := w.today()
	gears.jump(48 * time.Hour)
	where := w.call(t, http.MethodGet, "/v3/bill/tradebill?bill_date="+day[:4]+"-"+day[4:6]+"-"+day[6:], nil).json(t)["download_url"].(string)
	gears.jump(29 * time.Second)
	if file := w.download(t, where); file.status != 200 {
		t.Errorf("%d %s", file.status, file.body)
	}
	gears.jump(time.Second)
	for _, url := range []string{where, where + "x"} {
		if file := w.download(t, url); file.status != 400 || !bytes.HasPrefix(file.body, []byte("<html>")) || file.header.Get("Request-ID") != "" {
			t.Errorf("%d %s", file.status, file.body)
		}
	}
}

func TestADownloadIsSignedOnceByItsMerchant(t *testing.T) {
	w := billed(t, nextDay, goldenBook)
	where := w.call(t, http.MethodGet, tradeBillPath, nil).json(t)["download_url"].(string)
	uri := strings.TrimPrefix(where, w.url)
	unsigned := w.client.request(http.MethodGet, uri, nil)
	unsigned.Header.Del("Authorization")
	r, err := w.client.send(unsigned)
	if err != nil || r.status != 401 || r.json(t)["code"] != "SIGN_ERROR" || !strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") {
		t.Errorf("unsigned: %d %s %v", r.status, r.body, err)
	}
	twice := w.client.request(http.MethodGet, uri, nil)
	twice.Header.Add("Authorization", twice.Header.Get("Authorization"))
	if r, err := w.client.send(twice); err != nil || r.status != 400 || !bytes.HasPrefix(r.body, []byte("<html>")) {
		t.Errorf("signed twice: %d %s %v", r.status, r.body, err)
	}
}

func TestTheFundFlowBillFollowsTheMoney(t *testing.T) {
	w := billed(t, nextDay, func(t testing.TB, b *book.Book) {
		put(t, b, doneOrder("YESTERDAY", deducted("4200001999202311140000000009", 1000, on(-1, 0, 0))))
		goldenBook(t, b)
	}, configuredService(func(m *sandbox.Merchant) { m.FeeRate = "1.00%" }))
	got := rows(w.bill(t, "/v3/bill/fundflowbill?bill_date=2023-11-15&tar_type=GZIP"))
	for i, want := range []string{"`收入,`3.50,`13.40,", "`支出,`0.04,`13.36,", "`支出,`0.99,`12.37,`1900000109API,`退款总金额1.00元;含手续费0.01元,`RF20231115000001"} {
		if i >= len(got) || !strings.Contains(got[i], want) {
			t.Errorf("row %d lacks %s: %v", i, want, got)
		}
	}
	for range 2 {
		w.bill(t, "/v3/bill/fundflowbill?bill_date=2023-11-15")
	}
	if r := w.call(t, http.MethodGet, "/v3/bill/fundflowbill?bill_date=2023-11-15", nil); r.status != 429 || r.code(t) != "FREQUENCY_LIMITED-268435472" {
		t.Errorf("the fourth in a second: %d %s", r.status, r.body)
	}
}
