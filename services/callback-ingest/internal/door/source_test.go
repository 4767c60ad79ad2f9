package door_test

import (
	"net"
	"runtime"
	"testing"

	"github.com/facepay-go/facepay/services/callback-ingest/internal/door"
)

func TestASourceIsAnAddressOrTheNetworkOfAnIPv6Subscriber(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"one address, two ports":          {"192.0.2.1", "192.0.2.1", true},
		"neighbours":                      {"192.0.2.1", "192.0.2.2", false},
		"IPv4 in IPv6":                    {"192.0.2.1", "::ffff:192.0.2.1", true},
		"two addresses of one subscriber": {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
		"two subscribers":                 {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
	} {
		a := door.SourceOf(&net.TCPAddr{IP: net.ParseIP(c.a), Port: 4001})
		b := door.SourceOf(&net.TCPAddr{IP: net.ParseIP(c.b), Port: 4002})
		if (a == b) != c.same {
			t.Errorf("%s: %v and %v", name, a, b)
		}
	}
}

// written is an address as it is written.
type written string

func (written) Network() string  { return "tcp" }
func (w written) String() string { return string(w) }

func TestASourceIsTheSameHoweverItsAddressIsWritten(t *testing.T) {
	for a, b := range map[written]written{"192.0.2.1:4001": "[::ffff:192.0.2.1]:4002", "[fe80::1]:4001": "[fe80::2%eth0]:4002"} {
		if door.SourceOf(a) != door.SourceOf(b) {
			t.Errorf("%v and %v", door.SourceOf(a), door.SourceOf(b))
		}
	}
	if a, b := door.SourceOf(written("[::ffff:192.0.2.1]:1")), door.SourceOf(written("[::ffff:192.0.2.2]:1")); a == b {
		t.Errorf("neighbours share %v", a)
	}
}

// pipes is a listener of connections that need no network.
type pipes struct{ net.Listener }

func (pipes) Accept() (net.Conn, error) {
	c, _ := net.Pipe()
	return c, nil
}

func TestAConnectionThatIsClosedTwiceLeavesItsPlaceOnce(t *testing.T) {
	var opened, closed, refused int
	l := door.Over(door.Connections{
		Most: 10, PerSource: 2, Opened: func() { opened++ }, Closed: func() { closed++ },
		Refused: func() {
			if refused++; refused == 3 {
				runtime.Goexit() // the source is full: Accept would go on refusing
			}
		},
	}, pipes{})
	accept := func() net.Conn {
		c, _ := l.Accept() // pipes never fail
		return c
	}
	first := accept()
	accept()
	_, _ = first.Close(), first.Close()
	accept()
	full := make(chan struct{})
	go func() {
		defer close(full)
		accept()
	}()
	<-full
	if opened != 3 || closed != 1 || refused != 3 {
		t.Errorf("%d opened, %d closed, %d refused", opened, closed, refused)
	}
}
