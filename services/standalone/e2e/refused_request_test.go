package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
)

// A request's mistake is answered in the reply; neither the answer nor the log repeats what came.
func TestARefusedRequestNamesItsFieldAndRepeatsNoSecret(t *testing.T) {
	inEveryDelivery(t, refusedRequest)
}

func refusedRequest(t *testing.T, d delivery) {
	w := newWorld(t, d.set)
	v := w.visit("REQ")
	if err := v.open(); err != nil {
		t.Fatal(err)
	}
	if err := w.secrets.AddKeys(w.options.Dir); err != nil {
		t.Fatal(err)
	}
	const raw = "this+raw/data=must not be quoted" // a blank: a + was lost on the way
	w.secrets.Add("rawdata", raw)
	for field, change := range map[string]func(*authinfov1.OpenSessionRequest){
		"merchant":     func(r *authinfov1.OpenSessionRequest) { r.Merchant = "nobody" },
		"service_id":   func(r *authinfov1.OpenSessionRequest) { r.ServiceId = "999999" },
		"rawdata":      func(r *authinfov1.OpenSessionRequest) { r.Rawdata = raw },
		"out_order_no": func(r *authinfov1.OpenSessionRequest) { r.OutOrderNo = "spaces are wrong" },
		"request_id":   func(r *authinfov1.OpenSessionRequest) { r.RequestId = "" },
	} {
		request := v.request()
		request.RequestId = "R-" + field
		change(request)
		_, err := w.OpenSession(w.ctx, request)
		if !fault.Is(err, fault.Terminal) || fault.FieldOf(err) != field {
			t.Errorf("%s: the answer is %v about %q", field, err, fault.FieldOf(err))
		}
		if kinds := w.secrets.In(fmt.Sprint(err)); len(kinds) > 0 {
			t.Errorf("the error about %s holds %v", field, kinds)
		}
	}
	if kinds := w.secrets.In(w.log.String()); len(kinds) > 0 {
		t.Errorf("the log holds %v", kinds)
	}
	if !strings.Contains(w.log.String(), `"level":"DEBUG"`) {
		t.Error("there is no debug log to search")
	}
}
