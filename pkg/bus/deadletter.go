package bus

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

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
func (b *Bus) putAside(ctx context.Context, service string, msg *nats.Msg, meta *nats.MsgMetadata, cause error) error {
	h := carried(msg.Header)
	seq := strconv.FormatUint(meta.Sequence.Stream, 10)
	for k, v := range map[string]string{
		deadSubject: msg.Subject, deadService: service, deadStream: meta.Stream, deadSequence: seq,
		deadClass: fault.ClassOf(cause).String(), deadCode: fault.CodeOf(cause), deadText: strings.ReplaceAll(cause.Error(), "\n", "; "),
		deadTries:     strconv.FormatUint(meta.NumDelivered, 10),
		"Nats-Msg-Id": "dead-" + service + "-" + meta.Stream + "-" + seq,
	} {
		h[k] = []string{v}
	}
	ctx, cancel := context.WithTimeout(ctx, publishWait)
	defer cancel()
	_, err := b.js.PublishMsg(ctx, &nats.Msg{
		Subject: fmt.Sprintf("%s.deadletter.%s.%s", event.Root, service, meta.Stream), Header: h, Data: msg.Data,
	})
	if err != nil {
		return publishFault(err)
	}
	return nil
}

// carried are the headers that go with a message when it is stored again. Those that mean something to the broker or to
// a client library stay behind: they were about the first publishing, or were forged.
func carried(from map[string][]string) nats.Header {
	h := nats.Header{}
	for k, v := range from {
		if k != "Status" && k != "Description" && !strings.HasPrefix(k, "Nats-") {
			h[k] = v
		}
	}
	return h
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
	// Deliveries is how often the broker delivered it; what was given back unhandled counts too.
	Deliveries string
}

// DeadLetters lists all dead letters from sequence start on, oldest first. Errors are Retry.
func (b *Bus) DeadLetters(ctx context.Context, start uint64) ([]DeadLetter, error) {
	var letters []DeadLetter
	err := b.read(ctx, DeadLetters, event.Root+".deadletter.>", start, func(s Stored) {
		h := nats.Header(s.Header)
		letters = append(letters, DeadLetter{
			Seq: s.Seq, At: s.At, Service: h.Get(deadService), Subject: h.Get(deadSubject), Stream: h.Get(deadStream),
			StreamSeq: h.Get(deadSequence), Class: h.Get(deadClass), Code: h.Get(deadCode), Text: h.Get(deadText),
			Deliveries: h.Get(deadTries),
		})
	})
	return letters, err
}

// Replay publishes a dead letter on its first subject again, once per minute at most (the id holds the minute).
// Every listener of that subject gets it; all of them shrug off what they know. Errors are NotFound and Retry.
func (b *Bus) Replay(ctx context.Context, seq uint64, now time.Time) error {
	letter, found, err := b.get(ctx, DeadLetters, rawRequest{Seq: seq})
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.NotFound, "dead_letter_not_found", "no dead letter %d", seq)
	}
	h := carried(letter.Header)
	maps.DeleteFunc(h, func(k string, _ []string) bool { return strings.HasPrefix(k, deadPrefix) })
	h["Nats-Msg-Id"] = []string{"replay-" + strconv.FormatUint(seq, 10) + "-" + strconv.FormatInt(now.Unix()/60, 10)}
	if _, err := b.js.PublishMsg(ctx, &nats.Msg{Subject: nats.Header(letter.Header).Get(deadSubject), Header: h, Data: letter.Data}); err != nil {
		return publishFault(err)
	}
	return nil
}
