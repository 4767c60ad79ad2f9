package door

import (
	"context"
	"log/slog"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/route"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

// delivery is one request on its way through the door: what its log line and its counters say.
type delivery struct {
	began time.Time
	// account is "" when the path names none of ours.
	account   string
	requestID string
	// notice is nil until the notification proved genuine.
	notice *journal.Notice
	// routed is what was read in the notice.
	routed  route.Routed
	outcome tally.Outcome
	reason  string
	// cause is the error behind a refusal.
	cause error
}

// refuse ends the delivery with an error: its code is the reason.
func (d *delivery) refuse(err error) {
	d.cause, d.reason = err, fault.CodeOf(err)
	switch {
	case d.reason == string(wechatpay.SignProbe):
		d.outcome = tally.Probe
	case wechatpay.ReasonOf(err) == "" && fault.Is(err, fault.Retry):
		d.outcome = tally.Unavailable
	default:
		d.outcome = tally.Rejected
	}
}

// accept ends the delivery of a genuine notification by what the journal said.
func (d *delivery) accept(outcome tally.Outcome, stored error) {
	switch {
	case stored == nil:
		d.outcome = outcome
	case fault.Is(stored, fault.Duplicate):
		d.outcome, d.reason, d.cause = tally.Duplicate, "", nil
	default: // ours to mend: WeChat keeps it and comes again
		d.outcome, d.reason, d.cause = tally.Unavailable, fault.CodeOf(stored), stored
	}
}

func (d *delivery) counted(took time.Duration) tally.Delivery {
	c := tally.Delivery{Account: d.account, Outcome: d.outcome, Reason: d.reason, Took: took}
	if d.notice != nil {
		c.Kind = string(d.notice.Kind)
	}
	return c
}

// log writes the one line about this delivery. It holds neither the body nor an openid.
func (d *delivery) log(ctx context.Context, log *slog.Logger, took time.Duration, more ...slog.Attr) {
	attrs := []slog.Attr{
		slog.String("account", d.account), slog.String(service.KeyRequestID, d.requestID),
		slog.String("outcome", string(d.outcome)), slog.String("reason", d.reason), slog.Duration(service.KeyElapsed, took),
	}
	if n := d.notice; n != nil {
		attrs = append(attrs,
			slog.String("kind", string(n.Kind)), slog.String(service.KeyEventType, n.EventType),
			slog.String("notification_id", n.NotificationID), slog.String("serial", n.Signed.Serial),
			slog.String(service.KeyEventID, n.ID), slog.String(service.KeyMerchant, n.Merchant), slog.String(service.KeyOutOrderNo, n.OutOrderNo))
	}
	if d.cause != nil {
		attrs = append(attrs, slog.Any(service.KeyError, d.cause))
	}
	log.LogAttrs(ctx, d.outcome.Level(), "notification", append(attrs, more...)...)
}
