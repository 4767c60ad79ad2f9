package chaos

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/services/standalone/audit"
	"github.com/facepay-go/facepay/services/standalone/fleet"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/secrets"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// city is where the customers and the kiosks are: it survives whatever happens to facepay.
type city struct {
	gateway *kiosk.Gateway
	bus     *bus.Bus
	// tracker listens to the orders, authorisations to the services that wait for their user.
	tracker, authorisations *kiosk.Tracker
	// scale is the pace of the services' clock.
	scale   int
	kiosks  int
	secrets *secrets.Used
	closing sync.Once

	// office holds the lives that go on after the customer has left the kiosk.
	office sync.WaitGroup

	begun, over atomic.Int64

	mu       sync.Mutex
	promises audit.Promises
	failed   []string
}

func openCity(ctx context.Context, s *fleet.System, o Options) (*city, error) {
	b, err := bus.Connect(bus.Options{URL: s.NATS, Name: "kiosk gateway"}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(b.Conn())
	if err != nil {
		b.Close()
		return nil, err
	}
	tracker, err := kiosk.Track(ctx, js, stack.Merchant, jetstream.DeliverAllPolicy)
	if err != nil {
		b.Close()
		return nil, err
	}
	authorisations, err := kiosk.TrackAuthinfo(ctx, js, stack.Merchant, jetstream.DeliverAllPolicy)
	if err != nil {
		tracker.Stop()
		b.Close()
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = o.Kiosks
	return &city{
		bus: b, tracker: tracker, authorisations: authorisations, scale: o.scale(), kiosks: o.Kiosks, secrets: o.Secrets, promises: audit.Promises{Facts: map[string][]string{}},
		gateway: &kiosk.Gateway{
			NC: b.Conn(), JS: js, Merchant: stack.Merchant, MchID: stack.MchID, Control: s.Control,
			HTTP: &http.Client{Timeout: 2 * time.Minute, Transport: transport},
		},
	}, nil
}

func (c *city) close() {
	c.closing.Do(func() {
		c.tracker.Stop()
		c.authorisations.Stop()
		c.bus.Close()
	})
}

// serve lets all customers come, and the killer strike among them. It returns when the last customer has gone, and the last
// life is over.
func (c *city) serve(ctx context.Context, p plan, k *killer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	struck := make(chan error, 1)
	go func() {
		err := k.strikeAll(ctx, p.blows)
		if err != nil {
			cancel(err)
		}
		struck <- err
	}()
	queue := make(chan visit)
	var serving sync.WaitGroup
	for i := range c.kiosks {
		serving.Go(func() {
			for v := range queue {
				c.begun.Add(1)
				c.receive(ctx, i, v)
				c.over.Add(1)
			}
		})
	}
	for i, v := range p.visits {
		k.keepPace(ctx, i-c.kiosks)
		select {
		case queue <- v:
		case <-ctx.Done():
		}
	}
	close(queue)
	serving.Wait()
	c.office.Wait()
	if err := <-struck; err != nil {
		return err
	}
	return ctx.Err()
}

// promised remembers what facepay acknowledged.
func (c *city) promised(number, factID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if factID == "" {
		c.promises.Sessions = append(c.promises.Sessions, number)
		return
	}
	c.promises.Facts[number] = append(c.promises.Facts[number], factID)
}

// secret notes a value that may appear nowhere but where the contract carries it.
func (c *city) secret(kind, value string) {
	if c.secrets != nil {
		c.secrets.Add(kind, value)
	}
}

// fail notes a visit that could not be made.
func (c *city) fail(number string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = append(c.failed, number+": "+err.Error())
}
