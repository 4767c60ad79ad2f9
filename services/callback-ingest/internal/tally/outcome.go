// Package tally counts what came through the door and what became of it, for /metrics and for whoever runs the service
// in its own process.
package tally

import "log/slog"

// Outcome is what became of one delivery. The set is closed: it is a metric's label.
type Outcome string

const (
	// Accepted: stored, and will be published.
	Accepted Outcome = "accepted"
	// Unroutable: stored, genuine, and fits no merchant. Somebody has to look at merchants.yaml.
	Unroutable Outcome = "unroutable"
	// Kept: stored, of an event type that is not published.
	Kept Outcome = "kept"
	// Duplicate: the fact was stored before; nothing new happens.
	Duplicate Outcome = "duplicate"
	// Probe is a signature probe of WeChat's (签名探测): refused as it must be, and no reason to wake anybody
	// (wechat-protocol.md §7.4).
	Probe Outcome = "sign_probe"
	// Rejected: not genuine, or not readable. The sender's fault, or a key of ours that is wrong.
	Rejected Outcome = "rejected"
	// Unavailable: we could not take it now, WeChat will come again.
	Unavailable Outcome = "unavailable"
)

// Good reports that the delivery was answered with 200.
func (o Outcome) Good() bool {
	return o == Accepted || o == Unroutable || o == Kept || o == Duplicate
}

// Level is how loud the delivery's log line is.
func (o Outcome) Level() slog.Level {
	switch o {
	case Unroutable, Unavailable:
		return slog.LevelError
	case Rejected, Kept:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
