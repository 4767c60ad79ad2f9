package refund_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/clienttest"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
)

func answering(t *testing.T, reply wechattest.Reply) (*refund.Client, *wechattest.Server) {
	t.Helper()
	c, server := clienttest.Direct(t, func(wechattest.Got) wechattest.Reply { return reply })
	return refund.New(c), server
}

func TestARefundIsSentByteForByte(t *testing.T) {
	client, server := answering(t, wechattest.Reply{Body: file(t, "answer.json")})
	frozen := file(t, "create_request.json")
	r := client.Create(t.Context(), []byte(frozen))
	if r.Verdict != wechatpay.Accepted || r.Refund == nil || r.Refund.Status != refund.Success {
		t.Fatalf("%v %s", r, r.Verdict)
	}
	got := server.Got()[0]
	if got.Method != http.MethodPost || got.URI != "/v3/refund/domestic/refunds" || got.Body != frozen {
		t.Errorf("%s %s %s", got.Method, got.URI, got.Body)
	}
	if err := wechattest.CheckAuthorization(got); err != nil {
		t.Error(err)
	}
}

func TestAQueryEscapesTheNumberOnceAndNamesTheSubMerchant(t *testing.T) {
	for _, c := range []struct {
		ref  refund.Ref
		want string
	}{
		{refund.Ref{OutRefundNo: number}, "/v3/refund/domestic/refunds/RF20231115000001"},
		{refund.Ref{OutRefundNo: "A|B*C@D", SubMchID: "1900000110"}, "/v3/refund/domestic/refunds/A%7CB%2AC@D?sub_mchid=1900000110"},
	} {
		client, server := answering(t, wechattest.Reply{Body: strings.Replace(file(t, "answer.json"), number, c.ref.OutRefundNo, 1)})
		r := client.Query(t.Context(), c.ref)
		got := server.Got()[0]
		if r.Verdict != wechatpay.Accepted || got.URI != c.want || got.Method != http.MethodGet || wechattest.CheckAuthorization(got) != nil {
			t.Errorf("%v %s %v", r, got.URI, wechattest.CheckAuthorization(got))
		}
	}
}

func TestAnAnswerAboutAnotherRefundProvesNothing(t *testing.T) {
	whole := file(t, "answer.json")
	for name, body := range map[string]string{
		"another number":  strings.Replace(whole, number, "RF2", 1),
		"another payment": strings.Replace(whole, "4200001999202311150000000001", "42", 1),
		"another amount":  strings.Replace(whole, `"refund":100`, `"refund":350`, 1),
		"no number":       "{}",
		"not JSON":        "<html>",
		"empty":           "",
	} {
		client, _ := answering(t, wechattest.Reply{Body: body})
		r := client.Create(t.Context(), []byte(file(t, "create_request.json")))
		if r.Outcome != wechatpay.Unknown || r.Doubt != wechatpay.DoubtUnreadable || r.Verdict != wechatpay.Undecided || r.Refund != nil {
			t.Errorf("create, %s: %v", name, r)
		}
	}
	client, _ := answering(t, wechattest.Reply{Body: whole})
	if r := client.Query(t.Context(), refund.Ref{OutRefundNo: "RF2"}); r.Verdict != wechatpay.Undecided || r.Refund != nil {
		t.Errorf("query: %v", r)
	}
}

func TestAnAnswerThatLeavesOutWhatWeKnowIsStillAboutOurRefund(t *testing.T) {
	client, _ := answering(t, wechattest.Reply{Body: `{"out_refund_no":"RF20231115000001","status":"PROCESSING"}`})
	if r := client.Create(t.Context(), []byte(file(t, "create_request.json"))); r.Verdict != wechatpay.Accepted || r.Refund.Status != refund.Processing {
		t.Errorf("%v", r)
	}
}

func TestARefusalOfARefundCarriesItsVerdict(t *testing.T) {
	for code, want := range map[string]struct {
		status  int
		verdict wechatpay.Verdict
	}{
		"NOT_ENOUGH":            {403, wechatpay.BalanceTooLow},
		"USER_ACCOUNT_ABNORMAL": {403, wechatpay.UserAccountAbnormal},
		"RESOURCE_NOT_EXISTS":   {404, wechatpay.NotFound},
		"FREQUENCY_LIMITED":     {429, wechatpay.TooFrequent},
		"SYSTEM_ERROR":          {500, wechatpay.Undecided},
		"NOTENOUGH":             {403, wechatpay.RefusedUnexplained}, // of older pages: asked about before it is believed
		"RULELIMIT":             {403, wechatpay.RefusedUnexplained},
		"NO_AUTH":               {403, wechatpay.RefusedConfig},
		"INVALID_REQUEST":       {400, wechatpay.RefusedUnexplained},
		"PARAM_ERROR":           {400, wechatpay.RefusedRule},
	} {
		client, _ := answering(t, wechattest.Reply{Status: want.status, Body: `{"code":"` + code + `","message":"x"}`})
		if r := client.Create(t.Context(), []byte(file(t, "create_request.json"))); r.Verdict != want.verdict || r.Refund != nil {
			t.Errorf("%s: %s", code, r.Verdict)
		}
	}
}

func TestARefundWithoutANumberIsNotSent(t *testing.T) {
	client, server := answering(t, wechattest.Reply{})
	for _, frozen := range []string{"", "x", "{}"} {
		if r := client.Create(t.Context(), []byte(frozen)); !r.NotSent || r.Verdict != wechatpay.Undecided || r.Doubt != wechatpay.DoubtLocal {
			t.Errorf("%v", r.Answer)
		}
	}
	if len(server.Got()) != 0 {
		t.Error("something was sent")
	}
}
