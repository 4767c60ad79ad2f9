package fleet

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
)

// Moat lies between the services and a store that is not ours to kill: Cut takes the store away from them, Mend gives it
// back.
type Moat struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
}

// digMoat puts a moat before the store and gives the URI to reach it by. There is none (nil, the URI as it was) where the
// driver finds the servers by itself: several hosts, a replica set, SRV.
func digMoat(store string) (*Moat, string, error) {
	u, err := url.Parse(store)
	if err != nil || u.Scheme != "mongodb" || u.Port() == "" || strings.Contains(u.Host, ",") || u.Query().Has("replicaSet") {
		return nil, store, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", fmt.Errorf("digging the moat: %w", err)
	}
	m := &Moat{listener: l, to: u.Host, conns: map[net.Conn]bool{}}
	go m.serve()
	u.Host = l.Addr().String()
	q := u.Query()
	q.Set("directConnection", "true") // else a member of a replica set would tell the driver the way around
	u.RawQuery = q.Encode()
	return m, u.String(), nil
}

func (m *Moat) serve() {
	for {
		near, err := m.listener.Accept()
		if err != nil {
			return // closed
		}
		go m.carry(near)
	}
}

// carry connects one caller with the store until either hangs up or the moat is cut.
func (m *Moat) carry(near net.Conn) {
	if !m.hold(near) {
		return
	}
	defer m.drop(near)
	far, err := net.Dial("tcp", m.to)
	if err != nil || !m.hold(far) {
		return
	}
	defer m.drop(far)
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(near, far) // its error is the end of the connection
		_ = near.Close()
	}()
	_, _ = io.Copy(far, near)
	_ = far.Close()
	<-back
}

// hold keeps a connection to be cut later; false: it is cut already.
func (m *Moat) hold(c net.Conn) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cut {
		_ = c.Close()
		return false
	}
	m.conns[c] = true
	return true
}

func (m *Moat) drop(c net.Conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.conns, c)
	_ = c.Close()
}

// Cut breaks all connections to the store and lets no new one through.
func (m *Moat) Cut() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut = true
	for c := range m.conns {
		_ = c.Close()
	}
}

// Mend lets the services through again.
func (m *Moat) Mend() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut = false
}

func (m *Moat) close() error {
	m.Cut()
	return m.listener.Close()
}
