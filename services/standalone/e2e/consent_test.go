package e2e

import (
	"fmt"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// unsettlingConsent are the answers to calls about authorisations that settle nothing (wechat-protocol.md §5, §6.10): no order is
// named in them that could be another.
var unsettlingConsent = unsettling[:len(unsettling)-2]

// login is the user's openid in the merchant's mini program.
func (v *visit) login() string {
	openid := stack.Login(v.Merchant, v.user)
	v.secrets.Add("openid", openid)
	return openid
}

// faultOf lets the sandbox misbehave once about one user: calls about authorisations name no order.
func (w *world) faultOf(t *testing.T, openid, operation, kind string) {
	t.Helper()
	if err := w.AddFault(w.ctx, map[string]any{"operation": operation, "fault": kind, "openid": openid, "times": 1}); err != nil {
		t.Fatal(err)
	}
}

// wants asks for a service without a face.
func (v *visit) wants() error {
	return v.Publish(v.ctx, v.Requested(v.number, stack.ServiceID, v.device, v.login()))
}

// onThePage is the user on WeChat's authorisation page, to which the jump leads.
func (v *visit) onThePage(reply *authinfov1.AuthoriseReply) error {
	token, err := kiosk.Extra(reply.GetJump(), "apply_permissions_token")
	if err != nil {
		return err
	}
	v.secrets.Add("apply_permissions_token", token)
	_, err = v.OpenAuthorisePage(v.ctx, reply.GetJump(), v.user, kiosk.Accept)
	return err
}

// authorises is the user of a service without a face, once he is asked to authorise it.
func (v *visit) authorises() error {
	said, err := v.users.Await(v.ctx, v.number, "authorization_awaited", "service_not_authorised")
	if err != nil {
		return fmt.Errorf("waiting for the authorisation page: %w", err)
	}
	if said.Name != "authorization_awaited" {
		return fmt.Errorf("the user is not asked to authorise: %s", said.Code)
	}
	var reply *authinfov1.AuthoriseReply
	return firstError(
		func() error {
			return v.insists("the way to the page", func() (err error) {
				reply, err = v.AuthoriseJump(v.ctx, v.number)
				return err
			})
		},
		func() error { return v.onThePage(reply) })
}

// served is an open door, goods, and a payment by hand.
func (v *visit) served() error {
	return firstError(v.door, func() error { return v.Publish(v.ctx, v.ended(400)) }, func() error { return v.hears("payment_pending") }, v.byHand)
}

// insists asks for something until it is settled: a retry is asked for again with the same request_id.
func (v *visit) insists(what string, ask func() error) error {
	var refused error
	err := v.until(what, func() (bool, error) {
		if refused = ask(); fault.Is(refused, fault.Retry) || fault.Is(refused, fault.UnknownOutcome) {
			return false, refused
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	return refused
}

// preAuthorised authorises outside of an order, until we were told of it.
func (v *visit) preAuthorised() error {
	var reply *authinfov1.AuthoriseReply
	return firstError(
		func() error {
			return v.insists("a page to authorise on", func() (err error) {
				reply, err = v.PreAuthorise(v.ctx, v.number, stack.ServiceID)
				return err
			})
		},
		func() error { return v.onThePage(reply) },
		func() error { return v.told("OPEN") })
}

// terminated ends the authorisation, until we were told of it.
func (v *visit) terminated() error {
	return firstError(
		func() error {
			return v.insists("an authorisation ended", func() error {
				_, err := v.TerminateAuthorisation(v.ctx, v.number, stack.ServiceID, v.login())
				return err
			})
		},
		func() error { return v.told("CLOSED") })
}

// told waits until a notification told that the authorisation is OPEN or CLOSED.
func (v *visit) told(state string) error {
	return v.until("an authorisation told as "+state, func() (bool, error) {
		reply, err := v.ShowAuthorisation(v.ctx, stack.ServiceID, v.login())
		return reply.GetTold() == state, err
	})
}

func TestAnOrderWithoutAFaceOpensOnceItsUserHasAuthorisedWhateverWeChatAnswers(t *testing.T) {
	inUsualAndHarshest(t, func(t *testing.T, d delivery) {
		w := newWorld(t, tuned(onlyAsked), d.set)
		w.followUsers(t)
		paid := func(promise, number string, steps ...func(*visit) error) asked {
			return asked{promise: promise, number: number, end: "paid", paid: price, play: func(v *visit) error {
				for _, step := range append(steps, (*visit).served) {
					if err := step(v); err != nil {
						return err
					}
				}
				return nil
			}}
		}
		var all []asked
		for _, kind := range unsettlingConsent {
			see, end := "see-"+kind, "end-"+kind
			w.faultOf(t, w.visit(see).login(), "permission", kind)
			w.faultOf(t, w.visit(end).login(), "terminate", kind)
			// A pre-authorisation names nobody: its fault happens to whoever asks first.
			if err := w.AddFault(w.ctx, map[string]any{"operation": "preauthorize", "fault": kind, "times": 1}); err != nil {
				t.Fatal(err)
			}
			all = append(all,
				paid("authorises on the phone, asking is answered with "+kind, see, (*visit).wants, (*visit).authorises),
				paid("authorises, ends it, authorises again, ending is answered with "+kind, end, (*visit).preAuthorised, (*visit).terminated,
					(*visit).wants, (*visit).authorises))
		}
		w.faultOf(t, w.visit("see-no_permission").login(), "permission", "no_permission")
		all = append(all,
			paid("had authorised already", "already", (*visit).preAuthorised, (*visit).wants),
			asked{promise: "a missing right of ours refuses the order", number: "see-no_permission", end: "refused", play: func(v *visit) error {
				return firstError(v.wants, v.end)
			}},
			asked{promise: "nobody ends an authorisation with an order open", number: "unfinished", end: "paid", paid: price, play: (*visit).keepsConsent})
		w.ask(t, all)
	})
}

// keepsConsent tries to end the authorisation while the order is in service.
func (v *visit) keepsConsent() error {
	if err := v.enter(); err != nil {
		return err
	}
	err := v.insists("an answer to the wish to end it", func() error {
		_, err := v.TerminateAuthorisation(v.ctx, v.number, stack.ServiceID, v.login())
		return err
	})
	if !fault.Is(err, fault.Conflict) || fault.CodeOf(err) != "unfinished_orders" {
		return fmt.Errorf("ending the authorisation of a user in service gave %w, want unfinished_orders", err)
	}
	return v.served()
}

// followUsers listens to the events of authinfo.
func (w *world) followUsers(t *testing.T) {
	t.Helper()
	var err error
	if w.users, err = kiosk.TrackAuthinfo(w.ctx, w.JS, w.Merchant, jetstream.DeliverAllPolicy); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.users.Stop)
}
