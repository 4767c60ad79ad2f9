package sandbox_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

func TestAnOversizeBodyIsRefusedNotAcceptedUnsigned(t *testing.T) {
	w := start(t)
	large := bytes.Repeat([]byte(" "), 1<<20+1)
	for name, url := range map[string]string{
		"APIv3": w.client.request(http.MethodPost, ordersPath, nil).URL.String(), "control": w.controlURL + "/control/wechat/faults",
		"v2": strings.TrimSuffix(w.client.request(http.MethodPost, ordersPath, nil).URL.String(), ordersPath) + "/face/get_wxpayface_authinfo",
	} {
		answer, err := http.Post(url, "application/json", bytes.NewReader(large))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %s", name, answer.Status)
		}
	}
}

func TestTheControlAPISaysWhatItDoesNotKnow(t *testing.T) {
	w := start(t)
	rule := fieldsOf{"operation": "create", "fault": "slow", "delay": 5}
	if message := w.control(t, http.MethodPost, "/control/wechat/faults", rule, 400)["message"].(string); !strings.Contains(message, `unknown field "delay"`) {
		t.Errorf("an unknown field: %s", message)
	}
	for _, call := range [][2]string{
		{"GET", "/control/wechat/book/NOBODY"}, {"POST", "/control/wechat/orders/NOBODY/pay"}, {"POST", "/control/wechat/orders/NOBODY/cancel"},
	} {
		if message := w.control(t, call[0], call[1], nil, 404)["message"]; message != "no order NOBODY" {
			t.Errorf("%s: %v", call[1], message)
		}
	}
}
