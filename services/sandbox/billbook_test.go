package sandbox_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

var beijing = time.FixedZone("", 8*3600)

// on is a moment of 15 November 2023 in Beijing, the day of all bills here.
func on(hour, minute, second int) time.Time {
	return time.Date(2023, 11, 15, hour, minute, second, 0, beijing)
}

// doneOrder is a paid order with its payments.
func doneOrder(no string, payments ...book.Payment) *book.Order {
	o := &book.Order{MchID: mchID, AppID: appID, ServiceID: serviceID, OutOrderNo: no, OrderID: "1000000000202311150001", OpenID: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
		Introduction: "矿泉水,可乐", State: book.Done, Completed: true, Payments: payments, CreatedAt: on(0, 0, 0)}
	o.Total = o.Paid()
	if len(payments) > 0 {
		o.PaidAt = payments[len(payments)-1].At
	}
	return o
}

func deducted(transaction string, amount money.Fen, at time.Time) book.Payment {
	return book.Payment{TransactionID: transaction, TradeNo: "WX" + transaction[4:], Amount: amount, At: at}
}

// goldenBook is what the file of wechat-protocol.md §11.7 tells of.
func goldenBook(t testing.TB, b *book.Book) {
	p := book.Payment{TransactionID: "4200001999202311150000000001", TradeNo: "WX1000000000000000001", Amount: 350, At: on(6, 15, 3)}
	put(t, b, doneOrder("PS20231115000001", p))
	refunded(t, b, p, &book.Refund{OutOrderNo: "PS20231115000001", OutRefundNo: "RF20231115000001", RefundID: "50000000382023111500000000001", Amount: 100,
		CreatedAt: on(9, 0, 0), SettledAt: on(9, 0, 5), Status: book.RefundSucceeded})
}

func put(t testing.TB, b *book.Book, o *book.Order) {
	t.Helper()
	if _, existed, err := b.Create(t.Context(), o, book.Limits{}); err != nil || existed {
		t.Fatal(existed, err)
	}
}

func refunded(t testing.TB, b *book.Book, p book.Payment, r *book.Refund) {
	t.Helper()
	r.MchID, r.TransactionID, r.TradeNo, r.Total = mchID, p.TransactionID, p.TradeNo, p.Amount
	if _, existed, err := b.AddRefund(t.Context(), p, r); err != nil || existed {
		t.Fatal(existed, err)
	}
}

// billed starts a sandbox with a book, at a moment that stands still.
func billed(t testing.TB, now time.Time, fill func(testing.TB, *book.Book), settings ...setting) *world {
	t.Helper()
	w := start(t, append(settings, func(w *world) { w.clock = frozen{now} })...)
	w.restartAfter(func(b *book.Book) { fill(t, b) })
	return w
}

// nextDay is when the bills of the day are there.
var nextDay = on(24+10, 0, 0)

// bill applies for a bill and downloads it; the hash must be that of the file.
func (w *world) bill(t testing.TB, path string) string {
	t.Helper()
	applied := w.call(t, http.MethodGet, path, nil)
	if applied.status != 200 || applied.bad != nil {
		t.Fatalf("%s: %d %s %v", path, applied.status, applied.body, applied.bad)
	}
	answer := applied.json(t)
	file := w.download(t, answer["download_url"].(string))
	if file.status != 200 || file.header.Get("Wechatpay-Signature") != "" || file.header.Get("Content-Encoding") != "" {
		t.Fatalf("%d %v %s", file.status, file.header, file.body)
	}
	text := file.body
	if strings.Contains(path, "tar_type=GZIP") {
		text = unzipped(t, text)
	}
	sum := sha1.Sum(text)
	if answer["hash_type"] != "SHA1" || answer["hash_value"] != hex.EncodeToString(sum[:]) {
		t.Errorf("%v, the file has %x", answer, sum)
	}
	return string(text)
}

func unzipped(t testing.TB, file []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (w *world) download(t testing.TB, from string) result {
	t.Helper()
	u, err := url.Parse(from)
	if err != nil {
		t.Fatal(err)
	}
	return w.call(t, http.MethodGet, u.RequestURI(), nil)
}

// rows are the detail rows of a bill.
func rows(text string) []string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return lines[1 : len(lines)-2]
}

const tradeBillPath = "/v3/bill/tradebill?bill_date=2023-11-15"

func configuredService(change func(*sandbox.Merchant)) setting {
	return configured(func(c *sandbox.Config) { change(&c.Merchants[0]) })
}

// number is a transaction_id of the day.
func number(i int) string { return fmt.Sprintf("420000199920231115%010d", i) }
