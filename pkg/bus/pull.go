package bus

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/facepay-go/facepay/pkg/fault"
)

// pull takes the messages of one consumer, one at a time: AckWait runs while a message sits in a client's buffer, so
// none is asked for before the last one has found its place.
//
// It speaks the broker's pull protocol itself. The client library tells an answer of the broker from a message by the
// header Status and an empty body, which anyone who may publish can forge: such a message was never seen by anybody,
// and a few of them stopped a consumer for good. Here the subject of the acknowledgement tells them apart, which only
// the broker can write.
type pull struct {
	s      *Subscription
	stream string
	// subject and request ask for the next message; asks counts them, so that each has an inbox of its own.
	subject      string
	request      []byte
	inbox        string
	asks         uint64
	subscription *nats.Subscription
	answers      chan *nats.Msg
	connected    chan nats.Status
	ended        chan struct{}
}

const (
	// reopenWait paces a pull that the broker refuses.
	reopenWait = time.Second
	// leftoverWait bounds how long a stopped pull waits for what the broker had already sent.
	leftoverWait = time.Second
	// moreAnswers is room for what comes to asks that were given up.
	moreAnswers = 64
	nextSubject = "$JS.API.CONSUMER.MSG.NEXT."
	ackSubject  = "$JS.ACK."
	// requestTimeout is the status of an ask that nothing came for in its time.
	requestTimeout = "408"
)

func (s *Subscription) open(ctx context.Context, c Consumer) (*pull, error) {
	if _, err := s.bus.js.Consumer(ctx, c.Stream, c.Config.Durable); err != nil {
		return nil, fault.Wrap(err, fault.Retry, "consumer_missing", c.Stream)
	}
	request, err := json.Marshal(struct {
		Batch   int           `json:"batch"`
		Expires time.Duration `json:"expires"`
	}{1, s.bus.tempo.idle()})
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "pull_unwritable", c.Stream)
	}
	p := &pull{
		s: s, stream: c.Stream, subject: nextSubject + c.Stream + "." + c.Config.Durable, request: request, inbox: s.bus.nc.NewInbox(),
		answers: make(chan *nats.Msg, moreAnswers), ended: make(chan struct{}),
	}
	if p.subscription, err = s.bus.nc.ChanSubscribe(p.inbox+".*", p.answers); err != nil {
		return nil, fault.Wrap(err, fault.Retry, "consumer_unreadable", c.Stream)
	}
	p.connected = s.bus.nc.StatusChanged(nats.CONNECTED)
	return p, nil
}

func (p *pull) start() { go p.run() }

func (p *pull) run() {
	defer close(p.ended)
	intake := p.s.intake
	for intake.Err() == nil {
		msg, err := p.next(intake)
		if err != nil {
			p.pause(intake, err)
		} else if msg != nil {
			p.s.take(msg)
		}
	}
	p.leave()
}

// next asks for a message and waits for it. Without an error and without a message it is time to ask again.
func (p *pull) next(ctx context.Context) (*nats.Msg, error) {
	for len(p.answers) > 0 { // to an ask that was given up
		if m := <-p.answers; isEvent(m) {
			p.s.bus.consuming.answered(p.of())
			return m, nil
		}
	}
	p.asks++
	asked := p.inbox + "." + strconv.FormatUint(p.asks, 10)
	// While the connection is away this fails, and the connection tells when it is back.
	unsent := p.s.bus.nc.PublishRequest(p.subject, asked, p.request)
	silence := time.NewTimer(2 * p.s.bus.tempo.idle())
	defer silence.Stop()
	for {
		select {
		case m := <-p.answers:
			if !isEvent(m) && m.Subject != asked { // the end of an earlier ask
				continue
			}
			if !isEvent(m) {
				if err := refusal(m); err != nil {
					return nil, err
				}
				m = nil
			}
			p.s.bus.consuming.answered(p.of())
			return m, nil
		case <-p.connected: // the broker forgot the ask with the connection
			return nil, nil
		case <-silence.C:
			if unsent != nil {
				return nil, fault.Wrap(unsent, fault.Retry, "pull_unsent", "asking for events")
			}
			return nil, fault.New(fault.Retry, "pull_silent", "neither an event nor a status came")
		case <-ctx.Done():
			return nil, nil
		}
	}
}

// refusal is nil when nothing came for an ask in its time, the normal end of one.
func refusal(m *nats.Msg) error {
	if status := m.Header.Get("Status"); status != requestTimeout {
		return fault.New(fault.Retry, "pull_refused", "the broker answers %s %s", status, m.Header.Get("Description"))
	}
	return nil
}

// isEvent tells a stored message from an answer of the broker, whatever headers it has.
func isEvent(m *nats.Msg) bool { return strings.HasPrefix(m.Reply, ackSubject) }

// pause is the wait after an ask that failed. A consumer gone quiet must be seen, and must come back when its cause is
// gone, so it is asked again for ever.
func (p *pull) pause(intake context.Context, err error) {
	p.s.bus.consuming.refused(p.of(), err)
	p.s.bus.log.Warn("pulling events", "service", p.s.service, "stream", p.stream, "error", err)
	select {
	case <-intake.Done():
	case <-time.After(reopenWait):
	}
}

// of names the consumer.
func (p *pull) of() consumerName { return consumerName{p.s.service, p.stream} }

// leave gives back what the broker sent meanwhile, so that the next subscription need not wait for AckWait.
func (p *pull) leave() {
	p.s.bus.consuming.answered(p.of()) // what nobody asks any more does not fail
	p.s.bus.nc.RemoveStatusListener(p.connected)
	// Both fail only without a connection, and then nothing comes any more. Behind the flush nothing does either.
	_ = p.subscription.Drain()
	_ = p.s.bus.nc.FlushTimeout(leftoverWait)
	for len(p.answers) > 0 {
		if m := <-p.answers; isEvent(m) {
			giveBack(m)
		}
	}
}
