package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/services/refunddomestic"

	"github.com/facepay-go/facepay/services/sandbox"
)

// The official SDK's refund service is a client nobody here wrote: its models are WeChat's.
func TestTheOfficialSDKRefundsAndQueries(t *testing.T) {
	w := start(t, configured(refundsAtOnce), configured(func(c *sandbox.Config) { c.Merchants[0].KeyMode = sandbox.PublicKeyMode }))
	transaction := w.paid(t, "PS1")
	client, err := core.NewClient(t.Context(), option.WithWechatPayPublicKeyAuthCipher(mchID, w.client.serial, w.client.private, w.client.public, w.client.wechat[w.client.public]),
		option.WithHTTPClient(&http.Client{Transport: toSandbox{strings.TrimPrefix(w.url, "http://")}}))
	if err != nil {
		t.Fatal(err)
	}
	service := refunddomestic.RefundsApiService{Client: client}
	request := refunddomestic.CreateRequest{TransactionId: &transaction, OutRefundNo: core.String("RF20231115000001"), Reason: core.String("商品质量"),
		NotifyUrl: core.String(w.inbox.URL + "/refund"), FundsAccount: refunddomestic.REQFUNDSACCOUNT_AVAILABLE.Ptr(),
		Amount: &refunddomestic.AmountReq{Refund: core.Int64(100), Total: core.Int64(350), Currency: core.String("CNY"),
			From: []refunddomestic.FundsFromItem{{Account: refunddomestic.ACCOUNT_AVAILABLE.Ptr(), Amount: core.Int64(100)}}},
		GoodsDetail: []refunddomestic.GoodsDetail{{MerchantGoodsId: core.String("G1"), UnitPrice: core.Int64(100), RefundAmount: core.Int64(100), RefundQuantity: core.Int64(1)}}}
	accepted, _, err := service.Create(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if *accepted.Status != refunddomestic.STATUS_PROCESSING || *accepted.Channel != refunddomestic.CHANNEL_ORIGINAL || *accepted.Amount.SettlementRefund != 100 ||
		*accepted.TransactionId != transaction || len(accepted.Amount.From) != 1 {
		t.Errorf("%s", accepted)
	}
	w.refundStatus(t, "RF20231115000001", "SUCCESS")
	ended, _, err := service.QueryByOutRefundNo(t.Context(), refunddomestic.QueryByOutRefundNoRequest{OutRefundNo: core.String("RF20231115000001")})
	if err != nil || *ended.Status != refunddomestic.STATUS_SUCCESS || ended.SuccessTime == nil || *ended.RefundId != *accepted.RefundId {
		t.Errorf("%s %v", ended, err)
	}
	request.Amount.Refund = core.Int64(101)
	if _, _, err := service.Create(t.Context(), request); !core.IsAPIError(err, "INVALID_REQUEST") {
		t.Errorf("%v", err)
	}
	if _, _, err := service.QueryByOutRefundNo(t.Context(), refunddomestic.QueryByOutRefundNoRequest{OutRefundNo: core.String("NONE")}); !core.IsAPIError(err, "RESOURCE_NOT_EXISTS") {
		t.Errorf("%v", err)
	}
	d := w.next(t, "/refund")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/refund", strings.NewReader(string(d.body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = d.header
	told := map[string]any{}
	notice, err := notify.NewNotifyHandler(w.client.v3, verifiers.NewSHA256WithRSAPubkeyVerifier(w.client.public, *w.client.wechat[w.client.public])).
		ParseNotifyRequest(t.Context(), r, &told)
	if err != nil || notice.EventType != "REFUND.SUCCESS" || notice.Resource.OriginalType != "refund" || told["refund_status"] != "SUCCESS" {
		t.Errorf("%v %v", told, err)
	}
}
