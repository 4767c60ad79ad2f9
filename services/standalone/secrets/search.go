package secrets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/services/cli"
)

// errBlind: the search looks for the wrong things.
var errBlind = errors.New("no secret was found where the contract carries it")

// Streams searches every message of every stream, the dead letters among them: subject, headers and body. A body may hold
// what the contract carries in it. That nothing at all is found, not even there, is an error: such a search proves
// nothing. Findings name place and kind, never the value.
func (u *Used) Streams(ctx context.Context, js jetstream.JetStream) (found []string, err error) {
	carriers := 0
	for _, s := range bus.Streams(bus.Profile{Replicas: 1}) {
		err := each(ctx, js, s.Name, func(msg jetstream.Msg) error {
			header, err := json.Marshal(msg.Headers())
			if err != nil {
				return err
			}
			if kinds := u.In(msg.Subject() + string(header)); len(kinds) > 0 {
				found = append(found, fmt.Sprintf("subject or headers on %s hold %v", s.Name, kinds))
			}
			subject := msg.Subject()
			if s.Name == bus.DeadLetters { // holds the message as it came
				subject = msg.Headers().Get("facepay-subject")
			}
			allowed := carried(subject)
			if kinds := u.In(string(msg.Data()), allowed...); len(kinds) > 0 {
				found = append(found, fmt.Sprintf("a body on %s holds %v", s.Name, kinds))
			}
			if len(allowed) > 0 {
				carriers += len(u.In(string(msg.Data())))
			}
			return nil
		})
		if err != nil {
			return found, fmt.Errorf("searching %s: %w", s.Name, err)
		}
	}
	if carriers == 0 {
		return found, errBlind
	}
	return found, nil
}

// carried says which secrets the contract puts into the body of a message.
func carried(subject string) []string {
	switch {
	case strings.Contains(subject, ".kiosk.face_result."): // as the gateway published it
		return []string{OpenID, FaceSID}
	case strings.Contains(subject, ".kiosk.service_requested."), strings.Contains(subject, ".notify.payscore_authorization."):
		return []string{OpenID}
	case strings.Contains(subject, ".authinfo.user_identified."): // it is told for the sake of it
		return []string{UnionID}
	}
	return nil
}

// readers is how many stories are read at once: one is a hundred questions, one behind the other.
const readers = 8

// Stories searches what all services tell of the orders.
func (u *Used) Stories(ctx context.Context, b *bus.Bus, merchant string, numbers ...string) ([]string, error) {
	found := make([]string, len(numbers))
	reading, ctx := errgroup.WithContext(ctx)
	reading.SetLimit(readers)
	for i, number := range numbers {
		reading.Go(func() error {
			story, err := cli.Tell(ctx, b, merchant, number)
			if err != nil {
				return fmt.Errorf("the story of %s: %w", number, err)
			}
			text, err := json.Marshal(story)
			if err != nil {
				return err
			}
			if kinds := u.In(string(text)); len(kinds) > 0 {
				found[i] = fmt.Sprintf("the story of %s holds %v", number, kinds)
			}
			return nil
		})
	}
	err := reading.Wait()
	return slices.DeleteFunc(found, func(f string) bool { return f == "" }), err
}

// each reads a whole stream.
func each(ctx context.Context, js jetstream.JetStream, stream string, visit func(jetstream.Msg) error) error {
	s, err := js.Stream(ctx, stream)
	if err != nil {
		return err
	}
	consumer, err := js.OrderedConsumer(ctx, stream, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return err
	}
	for seen := uint64(0); seen < s.CachedInfo().State.Msgs; {
		batch, err := consumer.FetchNoWait(1000)
		if err != nil {
			return err
		}
		for msg := range batch.Messages() {
			seen++
			if err := visit(msg); err != nil {
				return err
			}
		}
		if err := errors.Join(batch.Error(), ctx.Err()); err != nil {
			return err
		}
	}
	return nil
}
