package wechat

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/jump"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

func TestAnOrderLeadsToItsConfirmationWhileItWaitsAndElseToItsDetails(t *testing.T) {
	key, err := wechatpay.NewAPIv2Key("0123456789abcdef0123456789abcdef")
	if err != nil {
		t.Fatal(err)
	}
	d := desk(false)
	d.jumps = func() jump.Signer { return jump.Signer{MchID: "1900000109", Key: key} }
	o := order.Order{OutOrderNo: "N1", ServiceID: "500001", State: order.AwaitingConfirm, Package: "pack+/=",
		Steps: []order.Step{{At: noon.Add(-time.Hour + time.Second), From: order.Opening, To: order.AwaitingConfirm}}}
	for _, c := range []struct {
		state  order.State
		page   jump.BusinessType
		fields []string
	}{
		{order.AwaitingConfirm, jump.ScoreUse, []string{"mch_id", "nonce_str", "package", "sign", "sign_type", "timestamp"}},
		{order.InService, jump.ScoreDetail, []string{"mch_id", "nonce_str", "out_order_no", "service_id", "sign", "sign_type", "timestamp"}},
		{order.Paid, jump.ScoreDetail, []string{"mch_id", "nonce_str", "out_order_no", "service_id", "sign", "sign_type", "timestamp"}},
	} {
		o.State = c.state
		p, err := d.Jump(&o, noon, "NONCE")
		if err != nil || p.BusinessType() != c.page {
			t.Fatalf("%s: %s, %v", c.state, p.BusinessType(), err)
		}
		fields := p.MiniProgram().ExtraData
		if len(fields) != len(c.fields) || fields["timestamp"] != fmt.Sprint(noon.Unix()) || fields["nonce_str"] != "NONCE" {
			t.Errorf("%s: %v", c.state, fields)
		}
		for _, name := range c.fields {
			if fields[name] == "" {
				t.Errorf("%s: no %s", c.state, name)
			}
		}
		if want := key.Sign(without(fields, "sign"), wechatpay.HMACSHA256); fields["sign"] != want {
			t.Error(cmp.Diff(want, fields["sign"]))
		}
	}
}

func TestAPackageOpensTheConfirmationForAnHourOnly(t *testing.T) {
	o := order.Order{State: order.AwaitingConfirm, Package: "pack", Steps: []order.Step{{At: noon, To: order.AwaitingConfirm}}}
	if _, err := desk(false).Jump(&o, noon.Add(time.Hour), "NONCE"); fault.CodeOf(err) != "package_expired" || !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
}

func TestAnOrderWhosePackageWasLostSaysSo(t *testing.T) {
	o := order.Order{State: order.AwaitingConfirm, Steps: []order.Step{{At: noon, To: order.AwaitingConfirm}}}
	if _, err := desk(false).Jump(&o, noon, "NONCE"); fault.CodeOf(err) != "package_lost" || !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
}

func without(fields map[string]string, name string) map[string]string {
	rest := map[string]string{}
	for k, v := range fields {
		if k != name {
			rest[k] = v
		}
	}
	return rest
}
