package bill

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/money"
)

// The file of wechat-protocol.md §11.7, with both of its digests.
const (
	goldenSHA1     = "965a37563fecd2c1e812e53bc6fde663a73adf48"
	goldenCRLFSHA1 = "90276aeb869295770e87f7c0ba47e1dc20229e79"
)

func goldenRows() []*Trade {
	payment := Trade{At: time.Date(2023, 11, 15, 6, 15, 3, 0, clock.Beijing), AppID: "wx8888888888888888", MchID: "1900000109",
		TransactionID: "4200001999202311150000000001", TradeNo: "WX1000000000000000001", OpenID: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", Type: "AUTH", State: "SUCCESS",
		Settlement: 350, Amount: 350, Goods: "矿泉水,可乐", Attach: "wxzff|1000000000202311150001|PS20231115000001", Fee: UsualRate.Of(350), Rate: UsualRate}
	refund := payment
	refund.At, refund.State = time.Date(2023, 11, 15, 9, 0, 0, 0, clock.Beijing), "REFUND"
	refund.Settlement, refund.Amount, refund.Fee = 0, 0, -UsualRate.Back(100, 0)
	refund.Refund = &TradeRefund{RefundID: "50000000382023111500000000001", OutRefundNo: "RF20231115000001", Amount: 100, Asked: 100, Status: "SUCCESS",
		SucceededAt: time.Date(2023, 11, 15, 9, 0, 2, 0, clock.Beijing)}
	return []*Trade{&payment, &refund}
}

func written(t *testing.T, f Format, kind Kind, rows ...*Trade) []byte {
	t.Helper()
	var b bytes.Buffer
	file := NewTradeFile(&b, f, kind)
	for _, r := range rows {
		file.Add(r)
	}
	if err := file.End(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestATradeBillIsTheGoldenFileByteForByte(t *testing.T) {
	golden, err := os.ReadFile("testdata/trade_all.csv")
	if err != nil {
		t.Fatal(err)
	}
	if got := written(t, Plain, All, goldenRows()...); !bytes.Equal(got, golden) {
		t.Errorf("%s", got)
	}
	for end, want := range map[string]string{"\n": goldenSHA1, "\r\n": goldenCRLFSHA1} {
		sum := sha1.Sum(written(t, Format{LineEnd: end}, All, goldenRows()...))
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("with %q the file hashes to %s, want %s", end, got, want)
		}
	}
	if marked := written(t, Format{LineEnd: "\n", Mark: ByteOrderMark}, All, goldenRows()...); !bytes.Equal(marked, append([]byte("\xef\xbb\xbf"), golden...)) {
		t.Errorf("%q", marked[:10])
	}
}

func TestEachKindHasItsColumnsAndSummary(t *testing.T) {
	for kind, want := range map[Kind]struct {
		columns, summary int
		has              string
	}{All: {27, 7, "申请退款金额"}, Success: {20, 4, "费率备注"}, Refunds: {29, 7, "退款成功时间"}} {
		lines := strings.Split(string(written(t, Plain, kind, goldenRows()[1])), "\n")
		header := strings.Split(lines[0], ",")
		if len(header) != want.columns || !strings.Contains(lines[0], want.has) || len(strings.Split(lines[2], ",")) != want.summary {
			t.Errorf("%s: %d columns, %s, summary %s", kind, len(header), lines[0], lines[2])
		}
		if fields := strings.Split(strings.TrimPrefix(lines[1], "`"), ",`"); len(fields) != want.columns {
			t.Errorf("%s: a row of %d fields", kind, len(fields))
		}
		if !strings.HasPrefix(lines[2], "总交易单数") || len(lines) != 5 || lines[4] != "" {
			t.Errorf("%s: %q", kind, lines)
		}
	}
	line := strings.Split(string(written(t, Plain, Refunds, goldenRows()[1])), "\n")[1]
	if !strings.Contains(line, "`0.00,`2023-11-15 09:00:00,`2023-11-15 09:00:02,`5000") {
		t.Error(line)
	}
}

func TestWhateverANameHoldsARowStaysALineOfItsFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := *goldenRows()[0]
		row.Goods = rapid.String().Filter(func(s string) bool { return !strings.Contains(s, "`") }).Draw(t, "name")
		var b bytes.Buffer
		file := NewTradeFile(&b, Plain, All)
		file.Add(&row)
		if err := file.End(); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(b.String(), "\n")
		if len(lines) != 5 || len(strings.Split(lines[1], ",`")) != 27 || strings.ContainsFunc(lines[1], func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Fatalf("%q", lines)
		}
	})
	if got := neutral("a\x01b\r\nc,d\te"); got != `a b\r\nc,d e` {
		t.Errorf("%q", got)
	}
}

func TestFeesAreRoundedToFenAndComeBackInTheEnd(t *testing.T) {
	for amount, want := range map[money.Fen]string{350: "0.02000", 100: "0.01000", 83: "0.00000", 84: "0.01000", 20000: "1.20000", 0: "0.00000"} {
		if got := UsualRate.Of(amount).Yuan(); got != want {
			t.Errorf("0.60%% of %d: %s, want %s", amount, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		rate := Rate(rapid.Int64Range(0, 1000).Draw(t, "rate"))
		var total money.Fen
		var back money.Fee
		for _, v := range rapid.SliceOf(rapid.Int64Range(1, 10000)).Draw(t, "refunds") {
			part := rate.Back(money.Fen(v), total)
			if part < 0 || part > money.Fee(v)*money.FeePerFen {
				t.Fatalf("%d brought back %d", v, part)
			}
			back, total = back+part, total+money.Fen(v)
		}
		if back != rate.Of(total) {
			t.Fatalf("%d brought back %d of %d", total, back, rate.Of(total))
		}
	})
}

func TestRatesAreReadExactlyOrRefused(t *testing.T) {
	for text, want := range map[string]Rate{"0.60%": 60, "0%": 0, "10.00%": 1000, "1%": 100} {
		if got, err := ParseRate(text); err != nil || got != want {
			t.Errorf("%s: %d %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0.6", "%", "-0.60%", "10.01%", "0.605%", "a%"} {
		if got, err := ParseRate(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestAFundFlowBillKeepsTheBalanceAndCounts(t *testing.T) {
	var b bytes.Buffer
	file := NewFlowFile(&b, Plain, 1000)
	at := time.Date(2023, 11, 15, 6, 15, 3, 0, clock.Beijing)
	file.Add(Flow{At: at, BusinessNo: "4200", FlowNo: "1", Voucher: "WX1", Business: "交易", Direction: Income, Amount: 350, Applicant: "system", Note: "结算总金额3.50元"})
	file.Add(Flow{At: at, BusinessNo: "4200", FlowNo: "2", Voucher: "WX1", Business: "扣除交易手续费", Direction: Expense, Amount: 2, Applicant: "system", Note: "a\nb"})
	if err := file.End(); err != nil {
		t.Fatal(err)
	}
	want := "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n" +
		"`2023-11-15 06:15:03,`4200,`1,`交易,`交易,`收入,`3.50,`13.50,`system,`结算总金额3.50元,`WX1\n" +
		"`2023-11-15 06:15:03,`4200,`2,`扣除交易手续费,`扣除交易手续费,`支出,`0.02,`13.48,`system,`a\\nb,`WX1\n" +
		"资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`2.0,`1.0,`3.50,`1.0,`0.02\n"
	if b.String() != want {
		t.Errorf("%s", b.String())
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAFileThatCannotBeWrittenSaysSoAtItsEnd(t *testing.T) {
	file := NewTradeFile(full{}, Plain, All)
	file.Add(goldenRows()[0])
	if err := file.End(); !errors.Is(err, errFull) {
		t.Error(err)
	}
}
