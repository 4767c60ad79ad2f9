package face_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheCallIsPlainXMLWithoutTheSignatureOfAPIv3(t *testing.T) {
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		_, _ = w.Write([]byte(answer(t, nil)))
	}))
	t.Cleanup(server.Close)
	if _, err := client(t, server.URL).AuthInfo(t.Context(), vectorAsk()); err != nil {
		t.Fatal(err)
	}
	for name := range got {
		if name == "Authorization" || strings.HasPrefix(name, "Wechatpay-") {
			t.Errorf("%s was sent", name)
		}
	}
	if !strings.Contains(got.Get("Content-Type"), "xml") {
		t.Errorf("sent as %q", got.Get("Content-Type"))
	}
}
