package bus

import (
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/fault"
)

// pull takes the messages of one consumer, one at a time: AckWait runs while a message sits in a client's buffer, so
// none is asked for before the last one has found its place.
type pull struct {
	s        *Subscription
	stream   string
	consumer jetstream.Consumer
	messages jetstream.MessagesContext
	ended    chan struct{}
}

const (
	// reopenWait paces a broken pull.
	reopenWait = time.Second
	// leftoverWait is how long a stopped pull waits for a message that the broker had already sent.
	leftoverWait = 100 * time.Millisecond
)

func (s *Subscription) open(ctx context.Context, c Consumer) (*pull, error) {
	consumer, err := s.bus.js.Consumer(ctx, c.Stream, c.Config.Durable)
	if err != nil {
		return nil, fault.Wrap(err, fault.Retry, "consumer_missing", c.Stream)
	}
	p := &pull{s: s, stream: c.Stream, consumer: consumer, ended: make(chan struct{})}
	return p, p.reopen()
}

// reopen asks anew. The server is not needed for it.
func (p *pull) reopen() error {
	messages, err := p.consumer.Messages(jetstream.PullMaxMessages(1), jetstream.PullHeartbeat(p.s.bus.tempo.idle()))
	if err != nil {
		return fault.Wrap(err, fault.Retry, "consumer_unreadable", p.stream)
	}
	p.messages = messages
	return nil
}

func (p *pull) start() { go p.run() }

func (p *pull) run() {
	defer close(p.ended)
	intake := p.s.intake
	for intake.Err() == nil {
		msg, err := p.messages.Next(jetstream.NextContext(intake))
		if err == nil {
			p.s.take(msg)
			continue
		}
		if intake.Err() == nil {
			p.recover(intake, err)
		}
	}
	p.leave()
}

// recover reopens a pull that the broker or the connection broke. The client library ends an iterator for good when its
// consumer vanished for a moment; a consumer gone quiet must be seen, and must come back when its cause is gone.
func (p *pull) recover(intake context.Context, err error) {
	for err != nil {
		p.s.bus.log.Warn("pulling events", "service", p.s.service, "stream", p.stream, "error", err)
		p.messages.Stop()
		select {
		case <-intake.Done():
			return
		case <-time.After(reopenWait):
		}
		err = p.reopen()
	}
}

// leave gives back what the broker sent meanwhile, so that the next subscription need not wait for AckWait.
func (p *pull) leave() {
	p.messages.Drain()
	for {
		msg, err := p.messages.Next(jetstream.NextMaxWait(leftoverWait))
		if err != nil {
			return
		}
		giveBack(msg)
	}
}
