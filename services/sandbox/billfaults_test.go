package sandbox_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/services/sandbox/book"
)

func twoPayments(t testing.TB, b *book.Book) {
	goldenBook(t, b)
	put(t, b, doneOrder("PS2", deducted(number(2), 200, on(7, 0, 0))))
}

func TestEachRowFaultSpoilsItsRowAndTheTotalsFollow(t *testing.T) {
	sound := rows(billed(t, nextDay, twoPayments).bill(t, tradeBillPath))
	for _, c := range []struct {
		rule   fieldsOf
		rows   int
		has    string
		totals string
	}{
		{fieldsOf{"fault": "row_missing", "out_order_no": "PS2"}, 2, "|PS20231115000001", "`2,`3.50,`1.00,"},
		{fieldsOf{"fault": "row_doubled", "out_order_no": "PS2"}, 4, "|PS2,", "`4,`7.50,`1.00,"},
		{fieldsOf{"fault": "row_amount", "out_order_no": "PS2", "amount_fen": 777}, 3, "`7.77,", "`3,`11.27,`1.00,"},
		{fieldsOf{"fault": "row_fee", "out_order_no": "PS2"}, 3, "`0.11000,", "`3,`5.50,`1.00,`0.00,`0.12000,"},
		{fieldsOf{"fault": "row_state", "out_order_no": "PS2"}, 3, "`REVOKED,", "`3,`5.50,"},
		{fieldsOf{"fault": "row_state", "out_order_no_prefix": "PS2023"}, 3, "`ORIGINAL,`FAIL,", "`3,`5.50,"},
	} {
		w := billed(t, nextDay, twoPayments)
		rule := fieldsOf{"operation": "bill_row", "times_per_order": 2}
		for k, v := range c.rule {
			rule[k] = v
		}
		w.rule(t, rule)
		text := w.bill(t, tradeBillPath) // also: the file that is downloaded is the one that was hashed
		if got := rows(text); len(got) != c.rows || !strings.Contains(text, c.has) || !strings.Contains(text, "\n"+c.totals) {
			t.Errorf("%v: %d rows\n%s", c.rule, len(got), text)
		}
	}
	if len(sound) != 3 {
		t.Errorf("%v", sound)
	}
}

func TestEachFaultOfAFileDoesWhatItSays(t *testing.T) {
	w := billed(t, nextDay, twoPayments)
	sound := w.bill(t, tradeBillPath)
	with := func(rule fieldsOf) {
		w.control(t, http.MethodDelete, "/control/wechat/faults", nil, 200)
		rule["operation"] = "bill"
		w.rule(t, rule)
	}
	with(fieldsOf{"fault": "bom"})
	if got := w.bill(t, tradeBillPath); got != "\ufeff"+sound {
		t.Errorf("%q", got)
	}
	with(fieldsOf{"fault": "wrong_totals"})
	if got := w.bill(t, tradeBillPath); !strings.Contains(got, "\n`3,`5.51,") || len(rows(got)) != 3 {
		t.Errorf("%s", got)
	}
	with(fieldsOf{"fault": "foreign_row", "amount_fen": 777})
	if got := rows(w.bill(t, tradeBillPath+"&tar_type=GZIP")); len(got) != 4 || !strings.Contains(got[3], "0000000001x,") || !strings.Contains(got[3], "|PS20231115000001x,") || !strings.Contains(got[3], "`7.77,") {
		t.Errorf("%v", got)
	}
	with(fieldsOf{"fault": "wrong_hash"})
	answer := w.call(t, http.MethodGet, tradeBillPath, nil).json(t)
	sum := sha1.Sum([]byte(sound))
	if answer["hash_value"] == hex.EncodeToString(sum[:]) || string(w.download(t, answer["download_url"].(string)).body) != sound {
		t.Errorf("%v", answer)
	}
	for _, kind := range []string{"statement_creating", "no_statement"} {
		with(fieldsOf{"fault": kind})
		if r := w.call(t, http.MethodGet, tradeBillPath, nil); r.status != 400 || !strings.Contains(string(r.body), "STATEMENT") {
			t.Errorf("%s: %s", kind, r.body)
		}
	}
}

func TestACutDownloadIsNoWholeFile(t *testing.T) {
	w := billed(t, nextDay, twoPayments)
	sound := w.bill(t, tradeBillPath)
	w.rule(t, fieldsOf{"operation": "bill", "fault": "cut_file"})
	for _, tar := range []string{"", "&tar_type=GZIP"} {
		file := w.download(t, w.call(t, http.MethodGet, tradeBillPath+tar, nil).json(t)["download_url"].(string))
		if tar == "" {
			if got := string(file.body); got != sound[:len(sound)-24] {
				t.Errorf("%q", got)
			}
			continue
		}
		r, err := gzip.NewReader(bytes.NewReader(file.body))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(r); err != io.ErrUnexpectedEOF {
			t.Errorf("%v", err)
		}
	}
}

func TestADownloadMayFail(t *testing.T) {
	w := billed(t, nextDay, twoPayments)
	for kind, want := range map[string]struct {
		status int
		body   string
	}{"token_expired": {400, "<html>"}, "system_error": {500, `{"code":"SYSTEM_ERROR"`}, "too_frequent": {429, `{"code":"FREQUENCY_LIMITED"`}, "bad_gateway": {502, "<html>"}} {
		w.rule(t, fieldsOf{"operation": "bill_download", "fault": kind, "times": 1})
		where := w.call(t, http.MethodGet, tradeBillPath, nil).json(t)["download_url"].(string)
		if r := w.download(t, where); r.status != want.status || !strings.HasPrefix(string(r.body), want.body) {
			t.Errorf("%s: %d %s", kind, r.status, r.body)
		}
		if r := w.download(t, where); r.status != 200 {
			t.Errorf("after %s: %d %s", kind, r.status, r.body)
		}
	}
	seen := map[string]int{}
	for _, c := range w.control(t, http.MethodGet, "/control/wechat/requests", nil, 200)["calls"].([]any) {
		if call := c.(fieldsOf); call["fault"] == nil || call["fault"] == "" {
			seen[call["endpoint"].(string)]++
		}
	}
	if seen["GET /v3/bill/tradebill"] != 4 || seen["GET /v3/billdownload/file"] != 4 {
		t.Errorf("the journal has %v", seen)
	}
}

func TestADownloadURLMayNameWeChatsOwnHost(t *testing.T) {
	w := billed(t, nextDay, twoPayments)
	w.rule(t, fieldsOf{"operation": "bill", "fault": "wechat_host", "times": 1})
	where := w.call(t, http.MethodGet, tradeBillPath+"&tar_type=GZIP", nil).json(t)["download_url"].(string)
	if !strings.HasPrefix(where, "https://api.mch.weixin.qq.com/v3/billdownload/file?token=") || !strings.HasSuffix(where, "&tartype=gzip") {
		t.Error(where)
	}
	if r := w.download(t, where); r.status != 200 || !strings.Contains(string(unzipped(t, r.body)), "PS20231115000001") {
		t.Errorf("%d", r.status)
	}
}
