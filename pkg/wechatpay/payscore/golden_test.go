package payscore_test

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/google/go-cmp/cmp"
)

// createConfirm is the example of §6.2 for a need-confirm service with a deposit.
func createConfirm() payscore.CreateRequest {
	r := create()
	r.NeedUserConfirm, r.OpenID, r.RiskFund.Name = true, "", payscore.FundDeposit
	return r
}

// createPartner is the example of §6.2 for a sub-merchant.
func createPartner() payscore.CreateRequest {
	r := create()
	r.SubMchID, r.SubAppID, r.OpenID, r.SubOpenID = "1900000110", "wx7777777777777777", "", "oSub"
	return r
}

// completePartner is the example of §6.4 for a sub-merchant (§6.12).
func completePartner() payscore.CompleteRequest {
	r := complete()
	r.AppID, r.SubMchID, r.CompleteTime = "", "1900000110", "2023-11-15T06:15:00+08:00"
	return r
}

// modify lowers the 350 fen of complete to 200.
func modify() payscore.ModifyRequest {
	c := complete()
	return payscore.ModifyRequest{
		AppID: c.AppID, ServiceID: c.ServiceID, PostPayments: c.PostPayments,
		PostDiscounts: append(c.PostDiscounts, payscore.Discount{Name: "补偿", Description: "少出一瓶", Amount: new(money.Fen(150))}),
		TotalAmount:   200, Reason: "少出一瓶",
	}
}

// sync tells a payment of this very second.
func sync() payscore.SyncRequest {
	return payscore.SyncRequest{AppID: "wx8888888888888888", ServiceID: "500001", Type: payscore.OrderPaid,
		Detail: payscore.SyncDetail{PaidTime: payscore.Compact(now)}}
}

func syncPartner() payscore.SyncRequest {
	r := sync()
	r.AppID, r.SubMchID, r.Detail.Seq, r.Detail.PaidAmount = "", "1900000110", 1, new(money.Fen(350))
	return r
}

func frozen[R payscore.Request](t *testing.T, r R) string {
	t.Helper()
	raw, err := payscore.Freeze(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// The files were written by hand from the field tables, and pass validation: what is frozen here is what would be sent.
func TestEveryModeOfEveryRequestEqualsItsFileByteForByte(t *testing.T) {
	confirm := kiosk()
	confirm.Confirm = true
	for name, c := range map[string]struct {
		frozen string
		broken error
	}{
		"create_confirm_request.json":   {frozen(t, createConfirm()), createConfirm().Validate(confirm, now)},
		"create_partner_request.json":   {frozen(t, createPartner()), createPartner().Validate(kiosk(), now)},
		"complete_partner_request.json": {frozen(t, completePartner()), completePartner().Validate(kiosk(), opened(), now)},
		"modify_request.json":           {frozen(t, modify()), modify().Validate(kiosk(), completed())},
		"sync_request.json":             {frozen(t, sync()), sync().Validate(completed(), now)},
		"sync_partner_request.json":     {frozen(t, syncPartner()), syncPartner().Validate(completed(), now)},
	} {
		if diff := cmp.Diff(file(t, name), c.frozen); diff != "" || c.broken != nil {
			t.Errorf("%s: %v %s", name, c.broken, diff)
		}
	}
	if got, want := frozen(t, payscore.CollectRequest{AppID: "wx1", ServiceID: "5"}), `{"appid":"wx1","service_id":"5"}`; got != want {
		t.Error(got)
	}
}
