package payscore_test

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"pgregory.net/rapid"
)

func TestSyncIsHeldToEveryRule(t *testing.T) {
	type R = payscore.SyncRequest
	type C = payscore.Completed
	paid := func(seconds int) string { return payscore.Compact(now.Add(time.Duration(seconds) * time.Second)) }
	partner := func(r *R) { *r = syncPartner() }
	for name, c := range map[string]struct {
		change      func(*R, *C)
		field, code string
	}{
		"the example":                   {func(*R, *C) {}, "", ""},
		"a second after the completion": {func(r *R, _ *C) { r.Detail.PaidTime = paid(-1) }, "", ""},
		"the second of the completion":  {func(r *R, _ *C) { r.Detail.PaidTime = paid(-2) }, "detail.paid_time", "time_past"},
		"before the completion":         {func(r *R, _ *C) { r.Detail.PaidTime = paid(-3) }, "detail.paid_time", "time_past"},
		"within the completion's second": {func(r *R, c *C) {
			c.At = now.Add(-time.Millisecond)
			r.Detail.PaidTime = paid(-1)
		}, "detail.paid_time", "time_past"},
		"a second ahead":          {func(r *R, _ *C) { r.Detail.PaidTime = paid(1) }, "detail.paid_time", "time_future"},
		"by the day":              {func(r *R, _ *C) { r.Detail.PaidTime = "20231115" }, "detail.paid_time", "time_precision"},
		"RFC 3339":                {func(r *R, _ *C) { r.Detail.PaidTime = "2023-11-15T06:15:04+08:00" }, "detail.paid_time", "too_long"},
		"not a time":              {func(r *R, _ *C) { r.Detail.PaidTime = "soon" }, "detail.paid_time", "time_form"},
		"no time":                 {func(r *R, _ *C) { r.Detail.PaidTime = "" }, "detail.paid_time", "required"},
		"another type":            {func(r *R, _ *C) { r.Type = "ORDER_PAID" }, "type", "sync_type"},
		"no appid":                {func(r *R, _ *C) { r.AppID = "" }, "appid", "required"},
		"no service":              {func(r *R, _ *C) { r.ServiceID = "" }, "service_id", "required"},
		"seq, direct":             {func(r *R, _ *C) { r.Detail.Seq = 1 }, "detail", "not_allowed"},
		"paid_amount, direct":     {func(r *R, _ *C) { r.Detail.PaidAmount = new(money.Fen(350)) }, "detail", "not_allowed"},
		"partner":                 {func(r *R, _ *C) { partner(r) }, "", ""},
		"partner with appid":      {func(r *R, _ *C) { partner(r); r.AppID = "wx1" }, "appid", "not_allowed"},
		"partner, neither":        {func(r *R, _ *C) { partner(r); r.Detail.Seq, r.Detail.PaidAmount = 0, nil }, "", ""},
		"partner, seq below 1":    {func(r *R, _ *C) { partner(r); r.Detail.Seq = -1 }, "detail.seq", "seq_range"},
		"partner, a part":         {func(r *R, _ *C) { partner(r); r.Detail.PaidAmount = new(money.Fen(1)) }, "", ""},
		"partner, nothing":        {func(r *R, _ *C) { partner(r); r.Detail.PaidAmount = new(money.Fen(0)) }, "detail.paid_amount", "paid_amount_range"},
		"partner, more than owed": {func(r *R, _ *C) { partner(r); r.Detail.PaidAmount = new(money.Fen(351)) }, "detail.paid_amount", "paid_amount_range"},
	} {
		t.Run(name, func(t *testing.T) {
			r, held := sync(), completed()
			c.change(&r, &held)
			check(t, r.Validate(held, now), c.field, c.code)
		})
	}
}

func TestAPaidTimeIsAlwaysOneThatWeChatTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := func(name string, from, to int64) time.Duration {
			return time.Duration(rapid.Int64Range(from, to).Draw(t, name)) * time.Millisecond
		}
		held := payscore.Completed{Total: 350, At: now.Add(ms("completed", -5000, 0))}
		paidAt := now.Add(ms("paid", -10000, 1000))
		told, err := held.PaidTime(paidAt, now)
		if err != nil {
			wait := fault.AfterOf(err)
			if paidAt.After(now) {
				if !fault.Is(err, fault.Terminal) {
					t.Fatal(err)
				}
				return
			}
			if _, late := held.PaidTime(paidAt, now.Add(wait)); wait <= 0 || wait > time.Second || late != nil {
				t.Fatalf("%v, wait %s, then %v", err, wait, late)
			}
			return
		}
		r := sync()
		r.Detail.PaidTime = told
		if err := r.Validate(held, now); err != nil {
			t.Fatalf("%s: %v", told, err)
		}
		if paidAt.Truncate(time.Second).After(held.At) && told != payscore.Compact(paidAt) {
			t.Fatalf("%s is not the payment's own second", told)
		}
	})
}

func TestCollectIsHeldToItsParties(t *testing.T) {
	check(t, payscore.CollectRequest{AppID: "wx1", ServiceID: "5"}.Validate(), "", "")
	check(t, payscore.CollectRequest{SubMchID: "1900000110", ServiceID: "5"}.Validate(), "", "")
	check(t, payscore.CollectRequest{ServiceID: "5"}.Validate(), "appid", "required")
	check(t, payscore.CollectRequest{AppID: "wx1", SubMchID: "1900000110", ServiceID: "5"}.Validate(), "appid", "not_allowed")
}
