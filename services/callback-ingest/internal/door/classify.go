package door

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

// classify reads and routes a genuine notice and names its fact. Whatever it is, it is stored: WeChat told it, and after
// our 200 will not tell it again.
func (d *Door) classify(n *journal.Notice, got *delivery) tally.Outcome {
	n.Kind = notice.KindOf(n.EventType)
	routed, err := d.Router.Route(n.Account, n.EventType, n.Entity)
	got.routed = routed
	var fact notice.Fact = unread(n)
	if routed.Entity != nil {
		fact = routed.Entity.Fact()
		n.Kind = fact.Kind() // of an event type that is new, the entity said it
	}
	n.ID, n.OutOrderNo, n.Merchant = journal.IDOf(n.Account, fact), fact.OrderNo(), routed.Merchant
	switch {
	case err == nil:
		n.State = journal.Waiting
		if notice.KindOf(n.EventType) == notice.Unknown {
			got.reason = "unknown_event_type"
		}
		return tally.Accepted
	case n.Kind == notice.Unknown:
		n.State = journal.Kept
		got.reason = fault.CodeOf(err)
		return tally.Kept
	}
	n.State = journal.Unroutable
	got.reason, got.cause = fault.CodeOf(err), err
	return tally.Unroutable
}

func unread(n *journal.Notice) notice.Unread {
	sum := sha256.Sum256(n.Entity)
	return notice.Unread{EventType: n.EventType, Digest: hex.EncodeToString(sum[:])}
}

// signedBy keeps the headers that prove the body. Those that are not signed themselves are cut to what a store and a
// log can take.
func signedBy(h http.Header) journal.Signed {
	return journal.Signed{
		Timestamp: told(h, "Wechatpay-Timestamp"), Nonce: told(h, "Wechatpay-Nonce"), Serial: told(h, "Wechatpay-Serial"),
		Signature: told(h, "Wechatpay-Signature"), RequestID: told(h, "Request-ID"),
	}
}

// mostTold is longer than any header of WeChat's; a signature has 344 characters.
const mostTold = 1024

func told(h http.Header, key string) string {
	value := h.Get(key)
	return strings.ToValidUTF8(value[:min(len(value), mostTold)], "?")
}
