package refund_test

import (
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFrozenRefundsEqualTheExamplesByteForByte(t *testing.T) {
	for name, r := range map[string]refund.CreateRequest{"create_request.json": create(), "create_partner_request.json": createPartner()} {
		one, err := refund.Freeze(r)
		if diff := cmp.Diff(file(t, name), string(one)); diff != "" || err != nil {
			t.Error(name, err, diff)
		}
		if two, _ := refund.Freeze(r); string(two) != string(one) {
			t.Error("another freeze, other bytes")
		}
	}
}

func TestARefundIsHeldToEveryRuleBeforeItIsSent(t *testing.T) {
	type R = refund.CreateRequest
	type P = refund.Payment
	ask := func(r *R, fen money.Fen) { r.Amount.Refund = fen }
	for name, c := range map[string]struct {
		change      func(*R, *P)
		field, code string
	}{
		"the example":              {func(*R, *P) {}, "", ""},
		"every optional field":     {func(r *R, _ *P) { *r = createPartner() }, "", ""},
		"the whole payment":        {func(r *R, _ *P) { ask(r, 350) }, "", ""},
		"a fen more":               {func(r *R, _ *P) { ask(r, 351) }, "amount.refund", "above_remaining"},
		"nothing":                  {func(r *R, _ *P) { ask(r, 0) }, "amount.refund", "refund_amount"},
		"less than nothing":        {func(r *R, _ *P) { ask(r, -1) }, "amount.refund", "refund_amount"},
		"all that remains":         {func(_ *R, p *P) { *p = refunded(1, 250, time.Minute) }, "", ""},
		"more than remains":        {func(_ *R, p *P) { *p = refunded(1, 251, time.Minute) }, "amount.refund", "above_remaining"},
		"when nothing remains":     {func(_ *R, p *P) { *p = refunded(1, 350, time.Minute) }, "amount.refund", "above_remaining"},
		"another total":            {func(r *R, _ *P) { r.Amount.Total = 351 }, "amount.total", "other_total"},
		"another currency":         {func(r *R, _ *P) { r.Amount.Currency = "USD" }, "amount.currency", "currency"},
		"another payment":          {func(_ *R, p *P) { p.TransactionID = "42" }, "transaction_id", "other_payment"},
		"no payment":               {func(r *R, p *P) { r.TransactionID, p.TransactionID = "", "" }, "transaction_id", "required"},
		"transaction of 33":        {func(r *R, p *P) { r.TransactionID = strings.Repeat("4", 33); p.TransactionID = r.TransactionID }, "transaction_id", "too_long"},
		"the 50th":                 {func(r *R, p *P) { *p = refunded(49, 1, time.Minute) }, "", ""},
		"the 51st":                 {func(r *R, p *P) { *p = refunded(50, 1, time.Minute) }, "transaction_id", "too_many_refunds"},
		"on day 365":               {func(_ *R, p *P) { p.PaidAt = now.Add(-refund.Window) }, "", ""},
		"a second later":           {func(_ *R, p *P) { p.PaidAt = now.Add(-refund.Window - time.Second) }, "transaction_id", "refund_window"},
		"number of 64 in charset":  {func(r *R, _ *P) { r.OutRefundNo = "_-|*@" + strings.Repeat("9", 59) }, "", ""},
		"number of 65":             {func(r *R, _ *P) { r.OutRefundNo = strings.Repeat("9", 65) }, "out_refund_no", "refund_no_form"},
		"number with a slash":      {func(r *R, _ *P) { r.OutRefundNo = "a/b" }, "out_refund_no", "refund_no_form"},
		"no number":                {func(r *R, _ *P) { r.OutRefundNo = "" }, "out_refund_no", "refund_no_form"},
		"reason of 80":             {func(r *R, _ *P) { r.Reason = strings.Repeat("因", 80) }, "", ""},
		"reason of 81":             {func(r *R, _ *P) { r.Reason = strings.Repeat("因", 81) }, "reason", "too_long"},
		"no reason, no notify_url": {func(r *R, _ *P) { r.Reason, r.NotifyURL = "", "" }, "", ""},
		"notify_url of 257":        {func(r *R, _ *P) { r.NotifyURL += strings.Repeat("x", 224) }, "notify_url", "too_long"},
		"notify_url with a query":  {func(r *R, _ *P) { r.NotifyURL += "?a=1" }, "notify_url", "notify_url_query"},
		"funds of an answer":       {func(r *R, _ *P) { r.FundsAccount = "OPERATION" }, "funds_account", "funds_account"},
		"source of another kind":   {func(r *R, _ *P) { r.Amount.From = []refund.Source{{Account: "X", Amount: 1}} }, "amount.from[0].account", "source_account"},
		"source with nothing":      {func(r *R, _ *P) { r.Amount.From = []refund.Source{{Account: refund.FromUnavailable}} }, "amount.from[0].amount", "source_amount"},
		"source above the refund":  {func(r *R, _ *P) { r.Amount.From = []refund.Source{{Account: refund.FromAvailable, Amount: 101}} }, "amount.from[0].amount", "source_amount"},
		"two sources": {func(r *R, _ *P) {
			r.Amount.From = []refund.Source{{Account: refund.FromAvailable, Amount: 40}, {Account: refund.FromUnavailable, Amount: 60}}
		}, "", ""},
		"one source twice": {func(r *R, _ *P) {
			r.Amount.From = []refund.Source{{Account: refund.FromAvailable, Amount: 40}, {Account: refund.FromAvailable, Amount: 60}}
		}, "amount.from[1].account", "source_account"},
		"sources below the refund": {func(r *R, _ *P) { r.Amount.From = []refund.Source{{Account: refund.FromAvailable, Amount: 99}} }, "amount.from", "source_amount"},
		"sources above together": {func(r *R, _ *P) {
			r.Amount.From = []refund.Source{{Account: refund.FromAvailable, Amount: 100}, {Account: refund.FromUnavailable, Amount: 1 << 62}}
		}, "amount.from[1].amount", "source_amount"},
		"goods without an id":       {func(r *R, _ *P) { *r = createPartner(); r.GoodsDetail[0].MerchantGoodsID = "" }, "goods_detail[0].merchant_goods_id", "required"},
		"goods without a quantity":  {func(r *R, _ *P) { *r = createPartner(); r.GoodsDetail[0].RefundQuantity = 0 }, "goods_detail[0]", "goods_amounts"},
		"goods below nothing":       {func(r *R, _ *P) { *r = createPartner(); r.GoodsDetail[0].RefundAmount = -1 }, "goods_detail[0]", "goods_amounts"},
		"sub-merchant number of 33": {func(r *R, _ *P) { r.SubMchID = strings.Repeat("1", 33) }, "sub_mchid", "too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			r, p := create(), payment()
			c.change(&r, &p)
			err := r.Validate(p, now)
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			f, ok := err.(*fault.Error)
			if !ok || f.Class != fault.Terminal || f.Code != c.code || f.Field != c.field {
				t.Errorf("%v, want %s [%s]", err, c.code, c.field)
			}
		})
	}
}

func TestTwoRefundsOfOnePaymentAreAMinuteApart(t *testing.T) {
	for gap, wait := range map[time.Duration]time.Duration{0: time.Minute, 59 * time.Second: time.Second, time.Minute: 0, time.Hour: 0} {
		err := create().Validate(refunded(1, 100, gap), now)
		if fault.AfterOf(err) != wait || (err == nil) != (wait == 0) || err != nil && !fault.Is(err, fault.Retry) {
			t.Errorf("after %s: %v, wait %s", gap, err, fault.AfterOf(err))
		}
	}
}

// A chain of refunds that all validate never sums above the payment, is never longer than 50, and empties it at most.
func TestRefundsThatValidateNeverExceedThePayment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := payment()
		p.Amount = money.Fen(rapid.Int64Range(1, 120).Draw(t, "paid"))
		at, sum := now, money.Fen(0)
		for range 60 {
			r := create()
			r.Amount.Total, r.Amount.Refund = p.Amount, money.Fen(rapid.Int64Range(-1, 9).Draw(t, "fen"))
			at = at.Add(time.Duration(rapid.Int64Range(30, 90).Draw(t, "s")) * time.Second)
			if r.Validate(p, at) != nil {
				continue
			}
			sum += r.Amount.Refund
			p.Refunds, p.Refunded, p.LastAt = p.Refunds+1, sum, at
		}
		if sum > p.Amount || p.Refunds > refund.MaxRefunds || p.Remaining() < 0 {
			t.Fatalf("%d fen in %d refunds of %d", sum, p.Refunds, p.Amount)
		}
	})
}
