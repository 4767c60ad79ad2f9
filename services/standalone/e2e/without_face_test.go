package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/authinfo"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// A customer without a face authorises the service on the phone, takes goods, pays, and has the authorisation ended. Whoever
// has authorised before gets the door without a phone.
func TestAServiceWithoutAFaceFromTheWishToTheEndOfTheAuthorisation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.visit("phone1")
	first.user = "zoe"
	if err := first.wish(); err != nil {
		t.Fatal(err)
	}
	if _, err := said[*authinfov1.AuthorizationAwaited](first); err != nil {
		t.Fatal(err)
	}
	var jump authinfov1.AuthoriseReply
	if err := first.call("authorise_jump", &authinfov1.AuthoriseJumpRequest{Merchant: w.Merchant, OutOrderNo: first.number}, &jump); err != nil {
		t.Fatal(err)
	}
	var extra map[string]string
	if err := json.Unmarshal([]byte(jump.GetJump().GetExtraData()), &extra); err != nil {
		t.Fatal(err)
	}
	if err := first.openPage(extra["apply_permissions_token"]); err != nil {
		t.Fatal(err)
	}
	if err := first.door(); err != nil {
		t.Fatal(err)
	}
	openid := book.OpenID(stack.AppID, first.user)
	shown, err := first.authorisation()
	if err != nil || shown.GetState() != "AVAILABLE" || shown.GetAuthorizationCode() != jump.GetAuthorizationCode() {
		t.Errorf("%v %v", shown, err)
	}
	ending := &authinfov1.TerminateAuthorisationRequest{RequestId: "end1", Merchant: w.Merchant, ServiceId: stack.ServiceID, Openid: openid, Reason: "用户注销"}
	var ended authinfov1.TerminateAuthorisationReply
	if err := first.call("terminate_authorisation", ending, &ended); fault.CodeOf(err) != "unfinished_orders" {
		t.Errorf("ended during the service: %v", err)
	}

	// The order is paid, and the next one needs no phone.
	if err := first.Publish(w.ctx, first.ended(400)); err != nil {
		t.Fatal(err)
	}
	if err := first.end(); err != nil {
		t.Fatal(err)
	}
	second := w.visit("phone2")
	second.user = first.user
	if err := second.wish(); err != nil {
		t.Fatal(err)
	}
	if err := second.door(); err != nil {
		t.Fatal(err)
	}
	granted, err := said[*authinfov1.ServiceAuthorised](second)
	if err != nil || granted.GetKnownBy() != "query" {
		t.Errorf("%v %v", granted, err)
	}
	if err := second.Publish(w.ctx, second.aborted()); err != nil {
		t.Fatal(err)
	}
	if err := second.end(); err != nil {
		t.Fatal(err)
	}

	ending.RequestId = "end2"
	if err := first.call("terminate_authorisation", ending, &ended); err != nil {
		t.Fatal(err)
	}
	if err := w.until("WeChat tells of the closing", func() (bool, error) {
		shown, err := first.authorisation()
		return shown.GetState() == "UNAVAILABLE" && shown.GetTold() == "CLOSED", err
	}); err != nil {
		t.Fatal(err)
	}
	closed, err := heard[*authinfov1.AuthorizationClosed](w, ended.GetUserKey())
	if err != nil || closed.GetClosedBy() != "merchant" {
		t.Errorf("%v %v", closed, err)
	}
}

// A face is named once, beside an order that does not wait for it.
func TestAFaceIsNamedBesideItsOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visit("named")
	if err := v.enter(); err != nil {
		t.Fatal(err)
	}
	named, err := said[*authinfov1.UserIdentified](v)
	if err != nil || named.GetUnionId() == "" || named.GetDeviceId() != v.device {
		t.Errorf("%v %v", named, err)
	}
}

// wish publishes the customer's wish for the service.
func (v *visit) wish() error {
	return v.Publish(v.ctx, &kioskv1.ServiceRequested{
		Merchant: v.Merchant, OutOrderNo: v.number, ServiceId: stack.ServiceID, Device: &kioskv1.Device{DeviceId: v.device},
		Openid: book.OpenID(stack.AppID, v.user), ServiceIntroduction: "无人售货柜", RiskFund: &kioskv1.RiskFund{AmountFen: 10_000},
	})
}

// openPage is the customer accepting on WeChat's page.
func (v *visit) openPage(token string) error {
	body, err := json.Marshal(map[string]string{"apply_permissions_token": token, "user": v.user, "decision": "ACCEPT"})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(v.ctx, http.MethodPost, v.Control+"/control/wechat/permissions/open", bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := v.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the page says %d", resp.StatusCode)
	}
	return nil
}

func (v *visit) authorisation() (*authinfov1.ShowAuthorisationReply, error) {
	var reply authinfov1.ShowAuthorisationReply
	return &reply, v.call("show_authorisation", &authinfov1.ShowAuthorisationRequest{
		Merchant: v.Merchant, ServiceId: stack.ServiceID, Openid: book.OpenID(stack.AppID, v.user),
	}, &reply)
}

// said waits for the first message of type M about the visit's number.
func said[M proto.Message](v *visit) (M, error) { return heard[M](v.world, v.number) }

// heard waits for the first message of type M about a key.
func heard[M proto.Message](w *world, key string) (found M, err error) {
	err = w.until(fmt.Sprintf("%T of %s", found, key), func() (bool, error) {
		stored, err := w.bus.About(w.ctx, key)
		if err != nil {
			return false, err
		}
		for _, s := range stored {
			if _, m, err := event.Read(s.Subject, s.Header, s.Data, s.At); err == nil {
				if typed, ok := m.(M); ok {
					found = typed
					return true, nil
				}
			}
		}
		return false, nil
	})
	return found, err
}

func (v *visit) call(endpoint string, req, reply proto.Message) error {
	ctx, cancel := v.attempt()
	defer cancel()
	return service.Call(ctx, v.NC, authinfo.Name, endpoint, req, reply)
}
