package payscore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
)

// completed is the order that complete() left, two seconds ago.
func completed() payscore.Completed {
	return payscore.Completed{Total: 350, RiskFund: 10000, RiskFundName: payscore.FundEstimate, At: now.Add(-2 * time.Second)}
}

func TestModifyIsHeldToEveryRule(t *testing.T) {
	type R = payscore.ModifyRequest
	type S = merchant.PayScoreService
	type C = payscore.Completed
	total := func(r *R, fen money.Fen) {
		r.PostPayments = []payscore.Payment{{Name: payscore.SmartRetailName, Amount: new(fen), Description: "x", Count: 1}}
		r.PostDiscounts, r.TotalAmount = nil, fen
	}
	for name, c := range map[string]struct {
		change      func(*R, *S, *C)
		field, code string
	}{
		"the example":                {func(*R, *S, *C) {}, "", ""},
		"smart retail":               {func(_ *R, s *S, _ *C) { s.SmartRetail = true }, "", ""},
		"smart retail, another name": {func(r *R, s *S, _ *C) { s.SmartRetail = true; r.PostPayments[0].Name = "水" }, "post_payments[0]", "smart_retail_items"},
		"a fen lower":                {func(r *R, _ *S, _ *C) { total(r, 349) }, "", ""},
		"the same total":             {func(r *R, _ *S, _ *C) { total(r, 350) }, "total_amount", "not_lower"},
		"upwards":                    {func(r *R, _ *S, _ *C) { total(r, 351) }, "total_amount", "not_lower"},
		"to zero":                    {func(r *R, _ *S, _ *C) { total(r, 0) }, "", ""},
		"below what a modify left":   {func(r *R, _ *S, c *C) { c.Total = 200; total(r, 200) }, "total_amount", "not_lower"},
		"wrong total":                {func(r *R, _ *S, _ *C) { r.TotalAmount = 201 }, "total_amount", "total_amount_formula"},
		"above the cap":              {func(r *R, _ *S, c *C) { c.Total = 30000; total(r, 20001) }, "total_amount", "above_cap"},
		"deposit-free above the fund": {func(r *R, _ *S, c *C) {
			c.Total, c.RiskFundName = 20000, payscore.FundAdvance
			total(r, 10001)
		}, "total_amount", "above_cap"},
		"no items":           {func(r *R, _ *S, _ *C) { r.PostPayments = nil }, "post_payments", "required"},
		"101 items":          {func(r *R, _ *S, _ *C) { r.PostPayments = make([]payscore.Payment, 101) }, "post_payments", "too_many"},
		"discount, no sum":   {func(r *R, _ *S, _ *C) { r.PostDiscounts[1].Amount = nil }, "post_discounts[1].amount", "required"},
		"no reason":          {func(r *R, _ *S, _ *C) { r.Reason = "" }, "reason", "required"},
		"reason of 30":       {func(r *R, _ *S, _ *C) { r.Reason = strings.Repeat("因", 30) }, "", ""},
		"reason of 31":       {func(r *R, _ *S, _ *C) { r.Reason = strings.Repeat("因", 31) }, "reason", "too_long"},
		"no appid":           {func(r *R, _ *S, _ *C) { r.AppID = "" }, "appid", "required"},
		"partner":            {func(r *R, _ *S, _ *C) { r.AppID, r.SubMchID = "", "1900000110" }, "", ""},
		"partner with appid": {func(r *R, _ *S, _ *C) { r.SubMchID = "1900000110" }, "appid", "not_allowed"},
		"device id of 513":   {func(r *R, _ *S, _ *C) { r.Device.EndDeviceID = strings.Repeat("x", 513) }, "device.end_device_id", "too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			r, s, held := modify(), kiosk(), completed()
			c.change(&r, &s, &held)
			check(t, r.Validate(s, held), c.field, c.code)
		})
	}
}

func TestTheCapFollowsTheKindOfRiskFundInEitherMode(t *testing.T) {
	for name, c := range map[string]struct {
		mode merchant.RiskMode
		fund payscore.RiskFundName
		want money.Fen
	}{
		"use-first, refuse":           {merchant.Refuse, payscore.FundEstimate, 20000},
		"use-first, deposit":          {merchant.Deposit, payscore.FundEstimate, 10000},
		"deposit-free, refuse":        {merchant.Refuse, payscore.FundDeposit, 10000},
		"deposit-free, deposit":       {merchant.Deposit, payscore.FundCashDeposit, 10000},
		"deposit-free, advance":       {merchant.Refuse, payscore.FundAdvance, 10000},
		"a fund nobody told the name": {merchant.Refuse, "", 20000},
	} {
		for _, over := range []money.Fen{0, 1} {
			r, s, o := complete(), kiosk(), opened()
			s.RiskMode, o.RiskFundName = c.mode, c.fund
			r.PostPayments, r.PostDiscounts, r.TotalAmount = []payscore.Payment{{Name: "x", Amount: new(c.want + over)}}, nil, c.want+over
			if got := r.Validate(s, o, now) == nil; got != (over == 0) {
				t.Errorf("%s: %d fen accepted: %t", name, c.want+over, got)
			}
		}
	}
}

func TestACompleteTimeIsOfPartnersOnly(t *testing.T) {
	r := completePartner()
	check(t, r.Validate(kiosk(), opened(), now), "", "")
	r.CompleteTime = "20231115061500"
	check(t, r.Validate(kiosk(), opened(), now), "complete_time", "time_form")
	r = complete()
	r.CompleteTime = "2023-11-15T06:15:00+08:00"
	check(t, r.Validate(kiosk(), opened(), now), "complete_time", "not_allowed")
}

func TestASubAppidIsOfPartnersOnly(t *testing.T) {
	confirm := kiosk()
	confirm.Confirm = true
	r := create()
	r.SubAppID = "wx7777777777777777"
	check(t, r.Validate(kiosk(), now), "sub_appid", "not_allowed")
	r = createConfirm()
	r.SubAppID = "wx7777777777777777"
	check(t, r.Validate(confirm, now), "sub_appid", "not_allowed")
}

func TestEveryFundSuitsANeedConfirmServiceAndOneANoConfirm(t *testing.T) {
	confirm := kiosk()
	confirm.Confirm = true
	for fund, noConfirm := range map[payscore.RiskFundName]string{
		payscore.FundDeposit: "risk_fund_name", payscore.FundAdvance: "risk_fund_name", payscore.FundCashDeposit: "risk_fund_name", payscore.FundEstimate: "",
	} {
		r := createConfirm()
		r.RiskFund.Name = fund
		check(t, r.Validate(confirm, now), "", "")
		r = create()
		r.RiskFund.Name = fund
		field := ""
		if noConfirm != "" {
			field = "risk_fund.name"
		}
		check(t, r.Validate(kiosk(), now), field, noConfirm)
	}
}
