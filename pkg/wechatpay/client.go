package wechatpay

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
)

// Client makes the APIv3 calls of one account.
type Client struct {
	account *Account
	ring    *KeyRing
	sender  sender
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
	return &Client{account: a, ring: ring, sender: sender{base: a.apiURL, sign: sign, o: o}}, nil
}

// Account is whom the client calls for.
func (c *Client) Account() *Account { return c.account }

// Do makes one signed call and never repeats it. pathAndQuery is escaped already and goes on the wire, and into the
// signature, as it is; frozen is sent byte for byte, nil for none. Whatever happens is told by the Answer: a caller
// that sees anything but Yes or No has to ask or to send the same bytes again.
func (c *Client) Do(ctx context.Context, method, pathAndQuery string, frozen []byte) Answer {
	accept := c.ring.AcceptSerial(c.sender.o.Clock.Now())
	r, err := c.sender.send(ctx, method, pathAndQuery, frozen, accept)
	if err != nil {
		return Answer{Doubt: DoubtLocal, NotSent: true}
	}
	a := answerOf(r)
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
