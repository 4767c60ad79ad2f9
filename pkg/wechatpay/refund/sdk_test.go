package refund_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
	"github.com/google/go-cmp/cmp"
	"github.com/wechatpay-apiv3/wechatpay-go/services/refunddomestic"
)

// The official SDK has models of refunds: what we write must be all of it known to them, and mean the same.
func TestTheOfficialSDKReadsWhatIsSentWithoutARest(t *testing.T) {
	for name, want := range map[string]refund.CreateRequest{"create_request.json": create(), "create_partner_request.json": createPartner()} {
		if name == "create_partner_request.json" {
			want.FundsAccount = refund.FundsAvailable // the SDK's list ends there; ours is the sheet's (§9.1)
		}
		frozen, err := refund.Freeze(want)
		if err != nil {
			t.Fatal(err)
		}
		var sdk refunddomestic.CreateRequest
		strict := json.NewDecoder(bytes.NewReader(frozen))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&sdk); err != nil {
			t.Fatal(name, err)
		}
		again, err := json.Marshal(sdk)
		if err != nil {
			t.Fatal(err)
		}
		var back refund.CreateRequest
		if err := json.Unmarshal(again, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, back); diff != "" {
			t.Error(name, diff)
		}
		if *sdk.Amount.Refund != 100 || *sdk.Amount.Total != 350 || *sdk.OutRefundNo != number || *sdk.TransactionId != want.TransactionID {
			t.Errorf("%s: %v", name, sdk)
		}
	}
}

func TestWhatTheOfficialSDKWritesIsReadWhole(t *testing.T) {
	at := time.Date(2023, 11, 15, 1, 0, 30, 0, time.UTC)
	sdk := refunddomestic.Refund{
		RefundId: new("50000000382023111500000000001"), OutRefundNo: new(number), TransactionId: new("42"), OutTradeNo: new("WX1"),
		Channel: refunddomestic.CHANNEL_ORIGINAL.Ptr(), UserReceivedAccount: new("支付用户零钱"), SuccessTime: &at, CreateTime: &at,
		Status: refunddomestic.STATUS_SUCCESS.Ptr(), FundsAccount: refunddomestic.FUNDSACCOUNT_UNSETTLED.Ptr(),
		Amount: &refunddomestic.Amount{Total: new(int64(350)), Refund: new(int64(100)), PayerTotal: new(int64(340)), PayerRefund: new(int64(90)),
			SettlementRefund: new(int64(80)), SettlementTotal: new(int64(330)), DiscountRefund: new(int64(10)), Currency: new("CNY"),
			From: []refunddomestic.FundsFromItem{{Account: refunddomestic.ACCOUNT_AVAILABLE.Ptr(), Amount: new(int64(100))}}},
		PromotionDetail: []refunddomestic.Promotion{{PromotionId: new("7"), Scope: refunddomestic.SCOPE_GLOBAL.Ptr(), Type: refunddomestic.TYPE_COUPON.Ptr(),
			Amount: new(int64(10)), RefundAmount: new(int64(3))}},
	}
	raw, err := json.Marshal(sdk)
	if err != nil {
		t.Fatal(err)
	}
	want := &refund.Refund{
		RefundID: "50000000382023111500000000001", OutRefundNo: number, TransactionID: "42",
		SuccessTime: "2023-11-15T01:00:30Z", Status: refund.Success, Amount: refund.Amount{Total: 350, Refund: 100},
	}
	got := decode(t, string(raw))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if succeeded, ok := got.SucceededAt(); !ok || !succeeded.Equal(at) {
		t.Error(succeeded)
	}
}
