// Package audit holds what the streams say against what the provider's book and request journal say, and names every
// broken invariant of architecture §10 by number:
//
//	1 nothing acknowledged is lost: every stored kiosk fact has its effect or its refusal, every answered session ends,
//	  every notification that was answered 200 is published, every request of the back office is answered
//	2 one provider order per out_order_no, one frozen body per operation
//	3 charged = commanded, nobody pays twice; refunded on both sides, and no more than was paid
//	4 final is final; only a proof of payment comes after, with an alarm
//	5 our last word is the provider's state, for every order
//	6 an event id has one content, an effect happens once
//
// and beside them Avoidable: no request was sent of which we could know that WeChat would refuse it.
//
// It knows the system by its public surfaces alone: streams, and the sandbox's control API.
package audit

import (
	"context"
	"fmt"
	"net/url"
)

// Control reads from the sandbox's control API.
type Control interface {
	Get(ctx context.Context, path string, query url.Values, into any) error
}

// Breach is one broken invariant.
type Breach struct {
	// Invariant is its number in architecture §10.
	Invariant int `json:"invariant"`
	// OutOrderNo is the order; empty when it is about all.
	OutOrderNo string `json:"out_order_no,omitempty"`
	Text       string `json:"text"`
}

// Avoidable stands where a breach's invariant would: a 4xx of the provider whose cause was known before it was sent.
const Avoidable = 0

func (b Breach) String() string {
	if b.OutOrderNo == "" {
		return fmt.Sprintf("%d: %s", b.Invariant, b.Text)
	}
	return fmt.Sprintf("%d: %s: %s", b.Invariant, b.OutOrderNo, b.Text)
}
