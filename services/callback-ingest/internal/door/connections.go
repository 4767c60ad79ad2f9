package door

import (
	"net"
	"net/netip"
	"sync"

	"golang.org/x/net/netutil"
)

// Connections bounds the open connections of a Listener. Each costs some 32 KiB.
type Connections struct {
	// Most are open at a time; more wait in the queue of the system, and are not refused.
	Most int
	// PerSource is how many of them one address may have; more are closed at once. An IPv6 source is its /64 network.
	PerSource int
	// Opened and Refused are told of every connection taken and of every one closed because of PerSource, Closed of the
	// end of one taken.
	Opened, Closed, Refused func()
}

// over bounds the connections of l.
func (c Connections) over(l net.Listener) net.Listener {
	return netutil.LimitListener(&fairListener{Listener: l, limits: c, open: map[netip.Prefix]int{}}, c.Most)
}

// fairListener keeps one source from taking all connections.
type fairListener struct {
	net.Listener
	limits Connections
	mu     sync.Mutex
	open   map[netip.Prefix]int
}

// Accept gives the next connection of a source that may have one more.
func (l *fairListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		source := sourceOf(conn.RemoteAddr())
		if l.enter(source) {
			l.limits.Opened()
			return &fairConn{Conn: conn, leave: sync.OnceFunc(func() { l.leave(source); l.limits.Closed() })}, nil
		}
		l.limits.Refused()
		_ = conn.Close() // nothing was read or written: there is nothing to lose
	}
}

func (l *fairListener) enter(source netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[source] >= l.limits.PerSource {
		return false
	}
	l.open[source]++
	return true
}

func (l *fairListener) leave(source netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[source]--; l.open[source] == 0 {
		delete(l.open, source)
	}
}

type fairConn struct {
	net.Conn
	leave func()
}

func (c *fairConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// sourceOf is the address alone for IPv4, the /64 network for IPv6: one subscriber has all of it.
func sourceOf(remote net.Addr) netip.Prefix {
	at, err := netip.ParseAddrPort(remote.String())
	if err != nil {
		return netip.Prefix{} // not TCP; all of these share one place
	}
	address, bits := at.Addr().Unmap().WithZone(""), 32
	if address.Is6() {
		bits = 64
	}
	source, _ := address.Prefix(bits) // both lengths are legal for their kind
	return source
}
