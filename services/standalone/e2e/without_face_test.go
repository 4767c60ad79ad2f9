package e2e

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// A customer without a face authorises the service on the phone, takes goods, pays, and has the authorisation ended. Whoever
// has authorised before gets the door without a phone.
func TestAServiceWithoutAFaceFromTheWishToTheEndOfTheAuthorisation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.visit("phone1")
	first.user = "zoe"
	if err := first.wants(); err != nil {
		t.Fatal(err)
	}
	if _, err := said[*authinfov1.AuthorizationAwaited](first); err != nil {
		t.Fatal(err)
	}
	// A call to WeChat has a second of the machine's clock: on a busy one it takes longer, and the answer is to ask again.
	var jump *authinfov1.AuthoriseReply
	if err := first.insists("the way to the page", func() (err error) {
		jump, err = first.AuthoriseJump(w.ctx, first.number)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := first.onThePage(jump); err != nil {
		t.Fatal(err)
	}
	if err := first.door(); err != nil {
		t.Fatal(err)
	}
	openid := first.login()
	var shown *authinfov1.ShowAuthorisationReply
	err := first.insists("the authorisation", func() (err error) {
		shown, err = first.ShowAuthorisation(w.ctx, stack.ServiceID, openid)
		return err
	})
	if err != nil || shown.GetState() != "AVAILABLE" || shown.GetAuthorizationCode() != jump.GetAuthorizationCode() {
		t.Errorf("%v %v", shown, err)
	}
	if err := first.insists("a refusal", func() error {
		_, err := first.TerminateAuthorisation(w.ctx, "end1", stack.ServiceID, openid)
		return err
	}); fault.CodeOf(err) != "unfinished_orders" {
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
	if err := second.wants(); err != nil {
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

	var ended *authinfov1.TerminateAuthorisationReply
	if err := first.insists("the end of the authorisation", func() (err error) {
		ended, err = first.TerminateAuthorisation(w.ctx, "end2", stack.ServiceID, openid)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.until("WeChat tells of the closing", func() (bool, error) {
		shown, err := first.ShowAuthorisation(w.ctx, stack.ServiceID, openid)
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
