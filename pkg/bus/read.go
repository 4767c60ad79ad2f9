package bus

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/proto/contract"
)

// Stored is an event as a stream holds it.
type Stored struct {
	Stream string
	Seq    uint64
	// At is when the broker stored it.
	At     time.Time
	Header map[string][]string
	// Subject is the full subject.
	Subject string
	Data    []byte
}

// About reads every event about one key (an out_order_no) of any merchant from all streams, in the order they were
// stored. It goes back as far as the streams do. Errors are Retry, Terminal for an empty key.
func (b *Bus) About(ctx context.Context, key string) ([]Stored, error) {
	if key == "" {
		return nil, fault.Invalid("key", "field_required", "no key to look for")
	}
	var all []Stored
	for _, owner := range contract.Owners() {
		prefix := event.Root + "." + owner + ".*.*." + event.Token(key)
		for _, filter := range []string{prefix, prefix + ".>"} {
			if err := b.read(ctx, streamName(owner), filter, 0, func(s Stored) { all = append(all, s) }); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(all, func(x, y Stored) int {
		if c := x.At.Compare(y.At); c != 0 || x.Stream != y.Stream {
			return c
		}
		return cmp.Compare(x.Seq, y.Seq)
	})
	return all, nil
}

// read gives each message that a stream holds now under a subject filter, from a sequence on, oldest first.
func (b *Bus) read(ctx context.Context, stream, filter string, start uint64, each func(Stored)) error {
	for {
		s, found, err := b.get(ctx, stream, rawRequest{Seq: start, Next: filter})
		if err != nil || !found {
			return err
		}
		each(s)
		start = s.Seq + 1
	}
}
