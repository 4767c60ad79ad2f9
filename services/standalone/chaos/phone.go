package chaos

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/protobuf/proto"

	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/secrets"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// begin brings a life's customer to the open door, or to the end of the attempt.
func (c *city) begin(ctx context.Context, at int, v visit) (opened bool, err error) {
	device, user := fmt.Sprintf("KIOSK-%04d", at), "user of "+v.number
	var first proto.Message
	switch v.life.begins {
	case byFace:
		face, err := c.showFace(ctx, v, device, user)
		if err != nil || face == nil {
			return false, err
		}
		first = face
	case authorised:
		openid, err := c.authoriseBefore(ctx, v, user)
		if err != nil {
			return false, err
		}
		first = c.gateway.Requested(v.number, stack.ServiceID, device, openid)
	case authorises, declines:
		first = c.gateway.Requested(v.number, stack.ServiceID, device, stack.Login(stack.Merchant, user))
	default:
		first = c.gateway.Requested(v.number, stack.ConfirmServiceID, device, "")
	}
	if asked, ok := first.(interface{ GetOpenid() string }); ok {
		c.secret(secrets.OpenID, asked.GetOpenid())
	}
	if err := c.publish(ctx, v.number, first); err != nil {
		return false, err
	}
	defer c.onThePhone(ctx, v, user)()
	if err := c.desk(ctx, v, beforeOpened); err != nil {
		return false, err
	}
	return c.await(ctx, v.number, append([]string{"opened"}, kiosk.Final...)...)
}

// authoriseBefore authorises the service on the phone before the service is wanted.
func (c *city) authoriseBefore(ctx context.Context, v visit, user string) (openid string, err error) {
	var reply *authinfov1.AuthoriseReply
	if err := c.insist(ctx, "asking for the authorisation page", func(ctx context.Context) (err error) {
		reply, err = c.gateway.PreAuthorise(ctx, v.number, stack.ServiceID)
		return err
	}); err != nil {
		return "", err
	}
	return c.authorisePage(ctx, reply, user)
}

// authorisePage is the user accepting on the page.
func (c *city) authorisePage(ctx context.Context, reply *authinfov1.AuthoriseReply, user string) (openid string, err error) {
	if token, err := kiosk.Extra(reply.GetJump(), "apply_permissions_token"); err == nil {
		c.secret("apply_permissions_token", token)
	}
	err = c.insist(ctx, "authorising", func(ctx context.Context) (err error) {
		openid, err = c.gateway.OpenAuthorisePage(ctx, reply.GetJump(), user, kiosk.Accept)
		if kiosk.Refused(err, "token_expired") { // the clock jumped past the hour that it lives: the user goes away
			openid, err = stack.Login(stack.Merchant, user), nil
		}
		return err
	})
	return openid, err
}

// onThePhone lets a life's user do on the phone what the service waits for, until it is hung up.
func (c *city) onThePhone(ctx context.Context, v visit, user string) (hangUp func()) {
	does := map[beginning]func(context.Context, visit, string) error{authorises: c.authorise, confirms: c.confirm}[v.life.begins]
	if does == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var talking sync.WaitGroup
	talking.Go(func() {
		if err := does(ctx, v, user); err != nil && ctx.Err() == nil {
			c.fail(v.number, err)
		}
	})
	return func() {
		cancel()
		talking.Wait()
	}
}

// authorise authorises a service that waits for it.
func (c *city) authorise(ctx context.Context, v visit, user string) error {
	if _, err := c.authorisations.Await(ctx, v.number, "authorization_awaited"); err != nil {
		return err
	}
	var reply *authinfov1.AuthoriseReply
	if err := c.insist(ctx, "asking for the authorisation page", func(ctx context.Context) (err error) {
		reply, err = c.gateway.AuthoriseJump(ctx, v.number)
		return err
	}); err != nil {
		return err
	}
	_, err := c.authorisePage(ctx, reply, user)
	return err
}

// confirm confirms an order that waits for it. One that is cancelled meanwhile cannot be.
func (c *city) confirm(ctx context.Context, v visit, user string) error {
	if _, err := c.tracker.Await(ctx, v.number, "awaiting_confirm"); err != nil {
		return err
	}
	return c.insist(ctx, "confirming", func(ctx context.Context) error {
		reply, err := c.gateway.OrderJump(ctx, v.number)
		if err == nil {
			_, err = c.gateway.OpenConfirmPage(ctx, v.number, reply.GetJump(), user)
		}
		if err == nil {
			return nil
		}
		if state, asked := c.stateAt(ctx, v.number); asked == nil && state != "CREATED" {
			return nil
		}
		return err
	})
}
