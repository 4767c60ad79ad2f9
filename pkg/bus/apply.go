package bus

import (
	"context"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Apply creates or updates every stream and consumer. It is run once per release by an operator (`facepayctl topology
// apply`) or by the standalone binary, never by a service: several services applying their own idea of a consumer
// silently overwrite each other. Errors are Retry; applying again is safe.
func (b *Bus) Apply(ctx context.Context, p Profile) error {
	for _, s := range Streams(p) {
		if _, err := b.js.CreateOrUpdateStream(ctx, s); err != nil {
			return fault.Wrap(err, fault.Retry, "topology_apply", "stream "+s.Name)
		}
	}
	for _, c := range consumers(b.tempo) {
		if _, err := b.js.CreateOrUpdateConsumer(ctx, c.Stream, c.Config); err != nil {
			return fault.Wrap(err, fault.Retry, "topology_apply", "consumer "+c.Config.Durable+" on "+c.Stream)
		}
	}
	return nil
}
