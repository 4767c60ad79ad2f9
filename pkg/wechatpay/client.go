package wechatpay

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"

	"github.com/facepay-go/facepay/pkg/wechatpay/internal/gate"
)

// Client makes the APIv3 calls of one account. Its limits and its circuit live in it, so a process makes one per account.
type Client struct {
	account *Account
	ring    *KeyRing
	sender  sender
	gate    *gate.Gate
}

// NewClient is the client of an account loaded ToCall; ring verifies its answers. Errors are Terminal.
func NewClient(a *Account, ring *KeyRing, o Options) (*Client, error) {
	o, err := o.Checked()
	if err != nil {
		return nil, err
	}
	sign, err := newCredential(a, o)
	if err != nil {
		return nil, err
	}
	seen, err := newGauges(a, o)
	if err != nil {
		return nil, err
	}
	c := &Client{account: a, ring: ring, sender: sender{base: a.apiURL, sign: sign, o: o}, gate: newGate(a, o, seen.count)}
	return c, seen.watch(o, c.gate)
}

// Account is whom the client calls for.
func (c *Client) Account() *Account { return c.account }

// Do makes one signed call and never repeats it. pathAndQuery is escaped already and goes on the wire, and into the
// signature, as it is; frozen is sent byte for byte, nil for none. Whatever happens is told by the Answer: a caller
// that sees anything but Yes or No has to ask or to send the same bytes again. A call whose turn does not come within
// Limits.MaxWait is NotSent.
func (c *Client) Do(ctx context.Context, method, pathAndQuery string, frozen []byte) Answer {
	pass, err := c.gate.Enter(ctx, string(OperationOf(method, pathAndQuery)))
	if err != nil {
		return Answer{Doubt: heldBack(err), NotSent: true}
	}
	r, a := c.send(ctx, pass, method, pathAndQuery, frozen)
	if a.Doubt != DoubtUnverified {
		return a
	}
	if err := c.verify(ctx, r); err != nil {
		a.Reason = ReasonOf(err)
		return a
	}
	a.Outcome, a.Doubt = Yes, ""
	return a
}

// send makes the call that has its turn; a 2xx is not verified yet.
func (c *Client) send(ctx context.Context, pass *gate.Pass, method, pathAndQuery string, frozen []byte) (reply, Answer) {
	a := Answer{Doubt: DoubtLocal, NotSent: true}
	defer func() { pass.Tell(told(a)) }()
	accept := c.ring.AcceptSerial(c.sender.o.Clock.Now())
	r, err := c.sender.send(ctx, method, pathAndQuery, frozen, accept)
	if err != nil {
		return reply{}, a
	}
	a = answerOf(r)
	return r, a
}

// heldBack names why a call did not go: the gate, or its own caller.
func heldBack(err error) Doubt {
	refused, ours := errors.AsType[gate.Refused](err)
	switch {
	case !ours:
		return doubtOf(err)
	case refused.Cause == gate.ByOutage:
		return DoubtOutage
	default:
		return DoubtThrottled
	}
}

// verify checks a 2xx. Unlike a webhook it may wait for a refresh, once, when the serial is unknown (§1.3). The refresh is
// shared with other calls, so a caller that gives up does not spoil it; it is bounded by its own timeout.
func (c *Client) verify(ctx context.Context, r reply) error {
	now := c.sender.o.Clock.Now()
	err := c.ring.VerifySigned(now, r.header, r.body)
	if ReasonOf(err) != UnknownSerial || c.ring.Refresh(context.WithoutCancel(ctx)) != nil {
		return err
	}
	return c.ring.VerifySigned(now, r.header, r.body)
}

// Get is Do for a read.
func (c *Client) Get(ctx context.Context, pathAndQuery string) Answer {
	return c.Do(ctx, http.MethodGet, pathAndQuery, nil)
}

// Post is Do for a write of frozen bytes.
func (c *Client) Post(ctx context.Context, path string, frozen []byte) Answer {
	return c.Do(ctx, http.MethodPost, path, frozen)
}

// doubtOf names a failure of the transport. The error itself is dropped: it quotes the URL, which may hold an openid.
func doubtOf(err error) Doubt {
	var timeout net.Error
	switch {
	case errors.Is(err, errTooLarge):
		return DoubtTooLarge
	case errors.Is(err, context.Canceled):
		return DoubtCancelled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		return DoubtTimeout
	default:
		return DoubtConnection
	}
}
