package chaos

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/secrets"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// Patience of a customer with one step, and of a kiosk with one attempt of it: what a kill swallowed is never answered.
const (
	patience = 3 * time.Minute
	attempt  = 3 * time.Second
	pause    = 50 * time.Millisecond
)

// receive makes one visit at a kiosk. A visit that could not be made is noted.
func (c *city) receive(ctx context.Context, at int, v visit) {
	walk := c.walk
	if v.life != nil {
		walk = c.live
	}
	if err := walk(ctx, at, v); err != nil && ctx.Err() == nil {
		c.fail(v.number, err)
	}
}

func (c *city) walk(ctx context.Context, at int, v visit) error {
	device, user := fmt.Sprintf("KIOSK-%04d", at), fmt.Sprintf("user of kiosk %d", at)
	fact, err := c.showFace(ctx, v, device, user)
	if err != nil || fact == nil {
		return err
	}
	return c.follow(ctx, v, fact)
}

// showFace opens a session and shows the face; nil when nothing came of it.
func (c *city) showFace(ctx context.Context, v visit, device, user string) (*kioskv1.FaceResult, error) {
	session, err := c.session(ctx, v.number, device)
	if err != nil || v.script == walksAway {
		return nil, err
	}
	var face kiosk.Face
	if err := c.insist(ctx, "showing the face", func(ctx context.Context) (err error) {
		face, err = c.gateway.ShowFace(ctx, session, device, user, v.face())
		return err
	}); err != nil {
		return nil, err
	}
	c.secret(secrets.OpenID, face.OpenID)
	c.secret(secrets.FaceSID, face.FaceSID)
	if face.ReturnCode != v.face() { // the clock jumped past the authinfo: he goes away, the session expires
		return nil, nil
	}
	fact := kiosk.FaceResult(stack.Merchant, session, device, face)
	fact.ServiceIntroduction = "无人售货柜"
	fact.RiskFund = &kioskv1.RiskFund{AmountFen: 10_000, Description: "购物预估费用"}
	return fact, nil
}

// follow publishes the facts of a visit as its script says, and waits for the end of the order.
func (c *city) follow(ctx context.Context, v visit, face *kioskv1.FaceResult) error {
	first := []proto.Message{face}
	switch v.script {
	case endsFirst:
		first = []proto.Message{v.ended(), face}
	case regrets:
		first = []proto.Message{face, v.aborted()}
	case echoes:
		first = []proto.Message{face, face, face}
	}
	if err := c.publish(ctx, v.number, first...); err != nil {
		return err
	}
	if opened, err := c.await(ctx, v.number, append([]string{"opened"}, kiosk.Final...)...); err != nil || !opened {
		return err
	}
	var then []proto.Message
	switch v.script {
	case buys, takesNone:
		then = []proto.Message{v.ended()}
	case isJammed:
		then = []proto.Message{v.aborted()}
	case echoes:
		then = []proto.Message{face, v.ended(), v.ended(), face}
	case endsTwice:
		then = []proto.Message{v.ended(), v.aborted()}
	}
	if err := c.publish(ctx, v.number, then...); err != nil {
		return err
	}
	_, err := c.await(ctx, v.number, kiosk.Final...)
	return err
}

// session opens a session under the visit's own number; the request is the same however often.
func (c *city) session(ctx context.Context, number, device string) (session *authinfov1.OpenSessionReply, err error) {
	req := &authinfov1.OpenSessionRequest{
		RequestId: number, Merchant: stack.Merchant, ServiceId: stack.ServiceID, StoreId: "S001", StoreName: "一号店",
		DeviceId: device, OutOrderNo: number, Rawdata: base64.StdEncoding.EncodeToString([]byte("rawdata of " + device)),
	}
	err = c.insist(ctx, "opening a session", func(ctx context.Context) (err error) {
		session, err = c.gateway.OpenSession(ctx, req)
		return err
	})
	if err == nil {
		c.promised(number, "")
		c.secret("authinfo", session.GetAuthinfo())
	}
	return session, err
}

// publish stores facts in order, each until it has its PubAck. A publish without an answer may be stored: it is repeated
// all the same.
func (c *city) publish(ctx context.Context, number string, facts ...proto.Message) error {
	for i, m := range facts {
		id, err := event.FactID(m)
		if err != nil {
			return err
		}
		send := c.gateway.Publish
		if i%2 == 1 { // the same fact in the other encoding is the same fact
			send = c.gateway.PublishJSON
		}
		if err := c.insist(ctx, "publishing", func(ctx context.Context) error { return send(ctx, m) }); err != nil {
			return err
		}
		c.promised(number, id)
	}
	return nil
}

// insist repeats one step until it succeeds or the customer's patience ends.
func (c *city) insist(ctx context.Context, what string, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		once, end := context.WithTimeout(ctx, attempt)
		err := try(once)
		end()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, err)
		case <-time.After(pause):
		}
	}
}

// await waits for one of the events; opened reports that it was that. No word in time is left to the audit: the order
// may still end.
func (c *city) await(ctx context.Context, number string, names ...string) (opened bool, err error) {
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	said, err := c.tracker.Await(bounded, number, names...)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return false, nil
	}
	return said.Name == "opened", err
}
