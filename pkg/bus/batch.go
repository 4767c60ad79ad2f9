package bus

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
)

const (
	// fewestInBatch events are worth a batch: the server stages every batch in a file of its own, which costs as much as
	// some twenty messages that come alone (BenchmarkPublishMany).
	fewestInBatch = 32
	// mostInBatch is below the server's limit of 1000. What has to go one by one after all must do so within publishWait.
	mostInBatch = 256

	batchID       = "Nats-Batch-Id"
	batchSequence = "Nats-Batch-Sequence"
	batchCommit   = "Nats-Batch-Commit"
)

// batchable reports events that one batch can take: a batch goes to one stream.
func batchable(es []event.Event) bool {
	if len(es) < fewestInBatch {
		return false
	}
	for _, e := range es[1:] {
		if streamName(e.Owner) != streamName(es[0].Owner) {
			return false
		}
	}
	return true
}

// publishBatch publishes events as one atomic batch (NATS ADR-50). On a stream without replicas the server gives it one
// fsync, where every message that comes alone has its own. settled means that err is the answer for all of them. It is
// false when the server stored none, because it refuses the batch for one of its members (a known fact, a message that is
// too large) or takes no batches: the events are then to be published one by one.
func (b *Bus) publishBatch(ctx context.Context, es []event.Event) (err error, settled bool) {
	ctx, cancel := context.WithTimeout(ctx, publishWait)
	defer cancel()
	id, last := rand.Text(), len(es)-1
	for i, e := range es[:last] {
		if b.nc.PublishMsg(member(e, id, i)) != nil {
			return nil, false // without its last message a batch is nothing
		}
	}
	commit := member(es[last], id, last)
	commit.Header[batchCommit] = []string{"1"}
	reply, err := b.nc.RequestMsgWithContext(ctx, commit)
	if errors.Is(err, nats.ErrNoResponders) {
		return nil, false // one by one they learn that there is no stream
	}
	if err == nil {
		settled, err = batchAnswer(reply.Data, len(es))
	} else {
		settled = true // it may be stored all the same
	}
	if !settled {
		return nil, false
	}
	now := time.Now()
	for _, e := range es {
		b.mute.note(e, err, now)
	}
	if err != nil {
		err = publishFault(err)
	}
	return err, true
}

func member(e event.Event, id string, at int) *nats.Msg {
	m := message(e)
	m.Header[batchID] = []string{id}
	m.Header[batchSequence] = []string{strconv.Itoa(at + 1)}
	return m
}

// batchAnswer reads the answer to a batch of n: stored, refused, or an err that tells neither.
func batchAnswer(data []byte, n int) (settled bool, err error) {
	var answer struct {
		Count int                 `json:"count"`
		Error *jetstream.APIError `json:"error"`
	}
	switch err := json.Unmarshal(data, &answer); {
	case err != nil:
		return true, errors.New("the answer to a batch is not JSON")
	case answer.Error != nil:
		return false, nil
	case answer.Count != n:
		return true, errors.New("the answer to a batch does not confirm all of it")
	}
	return true, nil
}
