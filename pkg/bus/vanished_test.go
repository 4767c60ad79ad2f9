package bus

import (
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/facepay-go/facepay/pkg/event"
)

// vanishing is a TCP proxy in front of a server. When its host vanishes, connections stay open and nothing passes any more:
// no byte, no FIN, no RST. Connections that are made later pass, as to the host that takes the address over.
type vanishing struct {
	net.Listener
	to string
	// deaf: a vanished host takes no bytes into its buffers either.
	deaf bool

	mu sync.Mutex
	// gone of the connections that are open.
	gone []*atomic.Bool
	open []net.Conn
}

func newVanishing(t *testing.T, to string, deaf bool) *vanishing {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &vanishing{Listener: l, to: strings.TrimPrefix(to, "nats://"), deaf: deaf}
	go v.accept()
	t.Cleanup(func() {
		_ = l.Close()
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, c := range v.open {
			_ = c.Close()
		}
	})
	return v
}

func (v *vanishing) url() string { return "nats://" + v.Addr().String() }

func (v *vanishing) accept() {
	for {
		client, err := v.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", v.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		gone := new(atomic.Bool)
		v.mu.Lock()
		v.gone, v.open = append(v.gone, gone), append(v.open, client, server)
		v.mu.Unlock()
		go v.pass(server, client, gone)
		go v.pass(client, server, gone)
	}
}

// pass hands on what comes, until the host is gone.
func (v *vanishing) pass(to io.Writer, from net.Conn, gone *atomic.Bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		switch {
		case gone.Load() && v.deaf:
			return // and leave it open
		case err != nil:
			return
		case gone.Load():
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// vanish takes the host of all connections away.
func (v *vanishing) vanish() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, gone := range v.gone {
		gone.Store(true)
	}
}

func TestAVanishedHostIsNoticedByPingsAndWorkGoesOnWithTheNext(t *testing.T) {
	for name, deaf := range map[string]bool{"its packets are lost": false, "and it takes no more": true} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, t.TempDir(), "127.0.0.1:0")
			proxy := newVanishing(t, server.URL(), deaf)
			const pingEvery = 100 * time.Millisecond
			b, err := Connect(Options{URL: proxy.url(), PingEvery: pingEvery}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(b.Close)
			b.tempo = quick()
			if err := b.Apply(t.Context(), Profile{}); err != nil {
				t.Fatal(err)
			}
			runs := make(chan event.Event, 16)
			started(t, b, 1, delivered(runs))
			publish(t, b, ended("before"))
			receive(t, runs, "the connection works")
			noticed := b.nc.StatusChanged(nats.RECONNECTING, nats.DISCONNECTED)
			proxy.vanish()
			began := time.Now()
			filling := make(chan struct{})
			go func() { // a writer that fills whatever buffers there are
				defer close(filling)
				for range 200 {
					if b.nc.Publish("nobody.listens", make([]byte, eventBytes)) != nil {
						return
					}
				}
			}()
			receive(t, noticed, "the host is gone")
			// Three ticks of the ping, and a write's patience before each of them; the machine may be slow.
			if took := time.Since(began); took > 2*time.Second+6*pingEvery {
				t.Errorf("noticed after %v", took)
			}
			within(t, 10*time.Second, "connected to the next host", b.nc.IsConnected)
			<-filling
			publish(t, b, ended("after"))
			receive(t, runs, "events come again")
		})
	}
}

func TestProductionNoticesAVanishedHostWithinFifteenSeconds(t *testing.T) {
	o := applied(t, production()).nc.Opts
	if o.PingInterval != 5*time.Second || o.MaxPingsOut != 2 || o.FlusherTimeout > o.PingInterval {
		t.Errorf("pings every %v, %d may be missing, a write may hang for %v", o.PingInterval, o.MaxPingsOut, o.FlusherTimeout)
	}
}
