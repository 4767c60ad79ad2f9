package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

// orderStream holds what order-lifecycle says.
const orderStream = "ORDER"

// question is a request of the back office on its way: published, and waiting for what becomes of it.
type question struct {
	bus  *bus.Bus
	fact deskFact
	// id is the fact's event id.
	id   string
	root string
	wait time.Duration
	// out has the result; progress what happens until then.
	out, progress io.Writer
}

const (
	// publishAgain is the gap between two tries to publish.
	publishAgain = time.Second
	// publishLong bounds publishing when less is to be waited for the answer.
	publishLong = 10 * time.Second
	// listenLeast is what reading an answer that is there already may take.
	listenLeast = 2 * time.Second
	// gone is after how long the broker forgets a command that listens no more.
	gone = 30 * time.Second
	// tellEvery is the gap between two lines of progress.
	tellEvery = 5 * time.Second
)

// settle publishes the request unless it was published before, and waits for its answer. Errors: notAnswered when none
// came in time, Terminal when the request was refused or failed.
func (q question) settle(ctx context.Context, before earlier) (err error) {
	again := before.fact != nil
	if again {
		q.fact = before.fact // the same bytes
		fmt.Fprintf(q.out, "request-id  %s (asked for at %s; looking for its answer)\n", q.fact.GetRequestId(), beijingTime(before.at))
	} else {
		fmt.Fprintf(q.out, "request-id  %s\n", q.fact.GetRequestId())
	}
	if q.id, err = event.FactID(q.fact); err != nil {
		return err
	}
	if !again {
		if err := q.publish(ctx); err != nil {
			return q.unpublished(err)
		}
		if q.wait == 0 {
			q.howToLookUp()
			return notAnswered{"published; --wait 0s does not wait for the answer"}
		}
	}
	answer, err := q.listen(ctx, before.heard)
	if err != nil {
		return q.unanswered(ctx, err)
	}
	answer.says.print(q.out)
	q.whereItStands(ctx)
	return answer.problem
}

// publish stores the fact until the broker has acknowledged it: a timeout does not mean "not stored", and the same bytes
// have the same id.
func (q question) publish(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, max(q.wait, publishLong))
	defer stop()
	e, err := event.New(ctx, q.id, q.fact.GetOccurredAt().AsTime(), q.fact)
	if err != nil {
		return err
	}
	for {
		err := q.bus.Publish(ctx, e)
		if err == nil || !fault.Is(err, fault.Retry) {
			return err
		}
		fmt.Fprintf(q.progress, "%s: not acknowledged, publishing the same bytes again: %v\n", q.root, err)
		select {
		case <-time.After(publishAgain):
		case <-ctx.Done():
			return err
		}
	}
}

// listen reads what is said of the order behind the event heard, until it answers the request or ctx ends.
func (q question) listen(ctx context.Context, heard uint64) (answer, error) {
	ctx, stop := context.WithTimeout(ctx, max(q.wait, listenLeast))
	defer stop()
	consumer, err := q.consumer(ctx, heard)
	if err != nil {
		return answer{}, err
	}
	messages, err := consumer.Messages()
	if err != nil {
		return answer{}, err
	}
	defer messages.Stop()
	defer q.tellProgress(time.Now())()
	// While the broker is away Next waits for it, whatever its context says: so it waits beside us.
	found := make(chan heardAnswer, 1)
	go func() { found <- q.hear(messages) }()
	select {
	case h := <-found:
		return h.answer, h.err
	case <-ctx.Done():
		return answer{}, ctx.Err()
	}
}

// consumer asks for one until the broker gives it: a broker that goes away in between loses its answer.
func (q question) consumer(ctx context.Context, heard uint64) (jetstream.Consumer, error) {
	js, err := jetstream.New(q.bus.Conn())
	if err != nil {
		return nil, err
	}
	config := jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{strings.Join([]string{event.Root, "order.*", event.Token(q.fact.GetMerchant()), event.Token(q.fact.GetOutOrderNo()), ">"}, ".")},
		DeliverPolicy:  jetstream.DeliverByStartSequencePolicy, OptStartSeq: heard + 1,
		InactiveThreshold: gone,
	}
	for {
		asking, stop := context.WithTimeout(ctx, askWithin)
		consumer, err := js.OrderedConsumer(asking, orderStream, config)
		stop()
		if err == nil {
			return consumer, nil
		}
		fmt.Fprintf(q.progress, "%s: cannot listen yet, asking again: %v\n", q.root, err)
		select {
		case <-time.After(publishAgain):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// heardAnswer is an answer, or why none can come any more.
type heardAnswer struct {
	answer
	err error
}

// hear reads messages up to the answer, or until they are stopped.
func (q question) hear(messages jetstream.MessagesContext) heardAnswer {
	for {
		msg, err := messages.Next()
		if err != nil {
			return heardAnswer{err: fault.Wrap(err, fault.Retry, "stream_unreadable", "reading "+orderStream)}
		}
		meta, err := msg.Metadata()
		if err != nil {
			continue
		}
		_, m, err := event.Read(msg.Subject(), msg.Headers(), msg.Data(), meta.Timestamp)
		if err != nil {
			continue // unreadable; `order show` names it
		}
		if a, ok := answerOf(q.fact, q.id, m); ok {
			return heardAnswer{answer: a}
		}
	}
}

// tellProgress prints a line every few seconds until it is stopped.
func (q question) tellProgress(since time.Time) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticks := time.NewTicker(tellEvery)
		defer ticks.Stop()
		for {
			select {
			case now := <-ticks.C:
				fmt.Fprintf(q.progress, "%s: no answer for %s of %s yet; Ctrl-C stops waiting, not the request\n", q.root, now.Sub(since).Round(time.Second), q.wait)
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}
