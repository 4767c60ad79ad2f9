package wechatpay

import (
	"net/http"
	"strings"
	"testing"
)

func FuzzErrorBodiesNeverBreakTheAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"code":"PARAM_ERROR","message":"x"}`, `{"code":"SIGN_ERROR","detail":{"issue":{}},"message":"签名错误"}`, `{"code":1}`,
		`<html><head><title>502 Bad Gateway</title></head></html>`, ``, `null`, `[]`, `{"code":"ORDER_NOT_ EXIST"}`, "{\"code\":\"\xff\"}",
	} {
		f.Add(400, []byte(seed), "08A1-271317510")
	}
	f.Fuzz(func(t *testing.T, status int, body []byte, requestID string) {
		a := answerOf(reply{status: status, body: body, header: http.Header{"Request-Id": {requestID}}, sent: true})
		if a.Outcome == Yes {
			t.Error("nothing was verified")
		}
		if a.Outcome == No && (status < 400 || status > 499) {
			t.Errorf("a no with HTTP %d", status)
		}
		if strings.ContainsAny(a.Code, " \t\n") || strings.Trim(a.InternalCode, "0123456789") != "" {
			t.Errorf("code %q, internal %q", a.Code, a.InternalCode)
		}
		if v := Judge(CreateOrder, a); v.En() == "" {
			t.Errorf("verdict %q has no text", v)
		}
	})
}
