package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Headers of a dead letter; body and the original headers are kept as they came.
const (
	deadPrefix   = "facepay-"
	deadSubject  = deadPrefix + "subject"
	deadService  = deadPrefix + "service"
	deadStream   = deadPrefix + "stream"
	deadSequence = deadPrefix + "stream-seq"
	deadClass    = deadPrefix + "class"
	deadCode     = deadPrefix + "code"
	deadText     = deadPrefix + "text"
	deadTries    = deadPrefix + "deliveries"
)

// putAside stores a message as a dead letter. A crash before the message is acknowledged stores it again under the same
// id, which the broker recognises within the dedupe window.
func (b *Bus) putAside(ctx context.Context, service string, msg jetstream.Msg, meta *jetstream.MsgMetadata, cause error) error {
	h := nats.Header{}
	for k, v := range msg.Headers() {
		if !strings.HasPrefix(k, "Nats-") {
			h[k] = v
		}
	}
	seq := strconv.FormatUint(meta.Sequence.Stream, 10)
	for k, v := range map[string]string{
		deadSubject: msg.Subject(), deadService: service, deadStream: meta.Stream, deadSequence: seq,
		deadClass: fault.ClassOf(cause).String(), deadCode: fault.CodeOf(cause), deadText: strings.ReplaceAll(cause.Error(), "\n", "; "),
		deadTries:     strconv.FormatUint(meta.NumDelivered, 10),
		"Nats-Msg-Id": "dead-" + service + "-" + meta.Stream + "-" + seq,
	} {
		h[k] = []string{v}
	}
	ctx, cancel := context.WithTimeout(ctx, publishWait)
	defer cancel()
	_, err := b.js.PublishMsg(ctx, &nats.Msg{
		Subject: fmt.Sprintf("%s.deadletter.%s.%s", event.Root, service, meta.Stream), Header: h, Data: msg.Data(),
	})
	if err != nil {
		return publishFault(err)
	}
	return nil
}

// DeadLetter is a message that a service set aside.
type DeadLetter struct {
	// Seq names it for Replay.
	Seq uint64
	// At is when it was set aside, by Service.
	At      time.Time
	Service string
	// Subject, Stream and StreamSeq say what it was and where it still is.
	Subject, Stream, StreamSeq string
	// Class, Code and Text are those of the error.
	Class, Code, Text string
	// Deliveries is how often it was tried.
	Deliveries string
}

// DeadLetters lists all dead letters from sequence start on, oldest first. Errors are Retry.
func (b *Bus) DeadLetters(ctx context.Context, start uint64) ([]DeadLetter, error) {
	all := jetstream.OrderedConsumerConfig{HeadersOnly: true}
	if start > 0 {
		all.DeliverPolicy, all.OptStartSeq = jetstream.DeliverByStartSequencePolicy, start
	}
	stored, err := b.read(ctx, DeadLetters, all)
	if err != nil {
		return nil, err
	}
	letters := make([]DeadLetter, len(stored))
	for i, s := range stored {
		h := nats.Header(s.Header)
		letters[i] = DeadLetter{
			Seq: s.Seq, At: s.At, Service: h.Get(deadService), Subject: h.Get(deadSubject), Stream: h.Get(deadStream),
			StreamSeq: h.Get(deadSequence), Class: h.Get(deadClass), Code: h.Get(deadCode), Text: h.Get(deadText),
			Deliveries: h.Get(deadTries),
		}
	}
	return letters, nil
}

// Replay publishes a dead letter on its first subject again, once per minute at most (the id holds the minute).
// Every listener of that subject gets it; all of them shrug off what they know. Errors are NotFound and Retry.
func (b *Bus) Replay(ctx context.Context, seq uint64, now time.Time) error {
	s, err := b.js.Stream(ctx, DeadLetters)
	if err != nil {
		return fault.Wrap(err, fault.Retry, "stream_unreadable", "reading "+DeadLetters)
	}
	raw, err := s.GetMsg(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return fault.New(fault.NotFound, "dead_letter_not_found", "no dead letter %d", seq)
	}
	if err != nil {
		return fault.Wrap(err, fault.Retry, "stream_unreadable", "reading "+DeadLetters)
	}
	h := nats.Header{}
	for k, v := range raw.Header {
		if !strings.HasPrefix(k, deadPrefix) {
			h[k] = v
		}
	}
	h["Nats-Msg-Id"] = []string{"replay-" + strconv.FormatUint(seq, 10) + "-" + strconv.FormatInt(now.Unix()/60, 10)}
	if _, err := b.js.PublishMsg(ctx, &nats.Msg{Subject: raw.Header.Get(deadSubject), Header: h, Data: raw.Data}); err != nil {
		return publishFault(err)
	}
	return nil
}
