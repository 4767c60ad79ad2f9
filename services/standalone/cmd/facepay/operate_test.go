package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// desk is a terminal of an operator beside a running facepay.
type desk struct {
	*testing.T
	stack *stack.Stack
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	s, err := stack.Start(t.Context(), stack.Options{Dir: t.TempDir(), Scale: 20, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &desk{t, s}
}

// runs a command line and holds it to its exit code and words; it gives what was printed.
func (d *desk) runs(code int, line string, words ...string) string {
	d.Helper()
	args := append([]string{"--nats", d.stack.NATSURL}, strings.Fields(line)...)
	if strings.HasPrefix(line, "kiosk") {
		args = append(args, "--control", d.stack.Sandbox.ControlURL())
	}
	got, out, problem := typed(d.T, args...)
	for _, word := range words {
		if !strings.Contains(out+problem, word) {
			d.Errorf("%s: it does not say %q", line, word)
		}
	}
	if got != code {
		d.Errorf("%s: exit code %d, want %d", line, got, code)
	}
	if d.Failed() {
		d.Fatalf("%s\n%s\n%s", line, out, problem)
	}
	return out
}

// number is the NUMBER that a kiosk command printed.
func (d *desk) number(out string) string {
	d.Helper()
	_, number, ok := strings.Cut(out, "NUMBER=")
	if !ok {
		d.Fatal(out)
	}
	return strings.TrimSpace(number)
}

func TestAServiceWithoutAFaceIsPlayedFromTheScanToTheDoor(t *testing.T) {
	d := newDesk(t)
	t.Run("the customer authorises once and needs no phone the next time", func(t *testing.T) {
		d := &desk{t, d.stack}
		first := d.number(d.runs(0, "kiosk request --user zoe", `"openid":"***"`, "authinfo.authorization_awaited.demo.", "wxpayScoreEnable", "zoe authorises", "order.opened.demo."))
		d.runs(0, "kiosk end "+first+" --fen 350", "order.paid.demo."+first)
		second := d.runs(0, "kiosk request --user zoe", "order.opened.demo.")
		if strings.Contains(second, "phone ") {
			t.Error("the phone was needed again", second)
		}
		d.runs(0, "kiosk abort "+d.number(second))

		openid := filepath.Join(t.TempDir(), "openid")
		if err := os.WriteFile(openid, []byte(book.OpenID(stack.AppID, "zoe")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		const of = " --merchant demo --service " + stack.ServiceID
		d.runs(0, "authorisation show --openid-file "+openid+of, "AVAILABLE  已授权")
		d.runs(0, "authorisation terminate --reason 销户 --openid-file "+openid+of, "授权已于")
		d.runs(0, "authorisation show --openid-file "+openid+of, "UNAVAILABLE")
		d.runs(0, "authorisation pre-authorise --show"+of, "wxpayScoreEnable", "apply_permissions_token=")
	})
	t.Run("the customer confirms the order", func(t *testing.T) {
		d := &desk{t, d.stack}
		number := d.number(d.runs(0, "kiosk request --user yan --confirm --number YAN1", "order.awaiting_confirm.demo.YAN1", "wxpayScoreUse", "yan confirms", "order.opened.demo.YAN1"))
		d.runs(0, "kiosk end "+number+" --fen 350", "order.paid.demo.YAN1")
	})
	t.Run("the customer is away, and the operator looks and cancels", func(t *testing.T) {
		d := &desk{t, d.stack}
		d.runs(0, "kiosk request --user xin --confirm --number XIN1 --phone away", "xin is away")
		d.runs(0, "order show XIN1", "AWAITING_CONFIRM", "等待用户确认")
		if out := d.runs(0, "order jump XIN1", "wxpayScoreUse", "***"); strings.Contains(out, "package=") {
			t.Error("the jump is printed")
		}
		d.runs(0, "order jump XIN1 --show", "package=")
		d.runs(0, "order cancel XIN1", "已在微信侧撤销")
		d.runs(0, "kiosk request --user wei --number WEI1 --phone refuse", "wei refuses")
		d.runs(0, "order show WEI1", "AUTHORISING", "等待用户在手机上授权")
		d.runs(0, "authorisation jump WEI1 --show", "apply_permissions_token=")
		d.runs(0, "order cancel WEI1", "尚未向微信开单")
	})
	t.Run("what cannot be is refused before anything is sent", func(t *testing.T) {
		d := &desk{t, d.stack}
		d.runs(1, "kiosk request --phone asleep", "[--phone]")
		d.runs(1, "kiosk request --confirm --phone refuse", "[--phone]")
	})
}

func TestTheDeskCommandsSettleRealOrders(t *testing.T) {
	d := newDesk(t)
	owes := func(number string) {
		t.Helper()
		d.runs(0, "kiosk request --user "+number+" --number "+number)
		d.runs(0, "kiosk end "+number+" --fen 350 --unpaid", "order.payment_pending.demo."+number)
	}
	owes("OWES1")
	d.runs(0, "receivables --merchant demo", "OWES1", "未收 3.50 元")
	d.runs(0, "order modify OWES1 --item 矿泉水=300,550ml --discount 会员价=50,会员优惠 --reason 少取一件", "2.50 元", "金额已由 3.50 元 改为 2.50 元")
	d.runs(1, "order modify OWES1 --item 矿泉水=300 --reason 又错了", "modify_upwards")
	d.runs(0, "receivables --merchant demo", "未收 2.50 元")
	d.runs(0, "order show OWES1", "PAYMENT_PENDING", "amount_modify_requested", "modify_upwards")

	owes("OWES2")
	d.runs(0, "order cancel OWES2 --reason 误操作", "已在微信侧撤销", "REVOKED", "nothing was or will be collected")
	d.runs(1, "order refund OWES2 --fen 1", "not_paid")

	number := d.number(d.runs(0, "kiosk start --user anna"))
	d.runs(0, "kiosk end "+number+" --fen 350", "order.paid")
	d.runs(1, "order refund "+number+" --fen 351", "refund_exceeds")
	d.runs(0, "order refund "+number+" --yuan 1.00 --request-id r-1 --reason 破损", "已退回用户 1.00 元")
	d.runs(0, "order refund "+number+" --yuan 1.00 --request-id r-1 --reason 破损", "looking for its answer", "已退回用户 1.00 元")
	d.runs(0, "order refund "+number+" --all", "2.50 元", "本单累计已退 3.50 元")
	d.runs(1, "order refund "+number+" --all", "nothing_to_refund")
	d.runs(1, "order cancel "+number, "already_paid")
	d.runs(0, "order show "+number, "款项已退回用户", "order.refunded")
}
