package errand

import (
	"strings"
	"testing"

	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

func TestAFailedCallIsKeptAndLoggedWithItsRequestIDAndCodes(t *testing.T) {
	w := newWorld(t, 4)
	w.replies(wechatstub.Reply{Status: 400, Body: `{"code":"INVALID_REQUEST","message":"综合评估不通过"}`, Internal: "271300099"})
	w.apply(face(t))
	w.want(order.Refused, "", never)
	call := w.load().State.Calls[0]
	if call.RequestID != "08A1B2C3-271300099" || call.InternalCode != "271300099" || call.Code != "INVALID_REQUEST" || call.HTTPStatus != 400 {
		t.Errorf("kept %+v", call)
	}
	for _, want := range []string{`"level":"INFO"`, "08A1B2C3-271300099", "INVALID_REQUEST"} {
		if !strings.Contains(w.logs.String(), want) {
			t.Errorf("the log has no %s: %s", want, w.logs)
		}
	}
}
