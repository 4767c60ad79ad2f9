package stack

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
)

// Ports for listeners lie below those that systems give to outgoing connections (32768 on Linux).
const (
	firstPort = 10_000
	ports     = 22_000
)

// nextPort is where this process goes on looking. It changes, since ports are the machine's and not a caller's: two that
// look at the same moment must not find the same one free.
var nextPort = func() *atomic.Uint32 {
	n := new(atomic.Uint32)
	n.Store(rand.Uint32N(ports)) // another process begins elsewhere
	return n
}()

// reserved are the UDP sockets that keep the ports this process gave; see reserve.
var reserved struct {
	sync.Mutex
	sockets []net.PacketConn
}

// FreeAddress finds a loopback port that nobody listens on, and gives none twice: not in this process, and not in two that
// run at the same time. Addresses are told to others before their listeners open, and listeners come back after a kill,
// so one cannot choose its own.
func FreeAddress() (address string, err error) {
	for range 100 {
		address = fmt.Sprintf("127.0.0.1:%d", firstPort+nextPort.Add(1)%ports)
		if err = reserve(address); err == nil {
			return address, nil
		}
	}
	return "", fmt.Errorf("finding a free port: %w", err)
}

// reserve keeps a port for this process and its children: a socket of UDP on the same number stays open as long as the
// process lives, and is in the way of any other process that looks here. Nothing is ever sent to it.
func reserve(address string) error {
	u, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		_ = u.Close() // nothing was written to it
		return err
	}
	reserved.Lock()
	defer reserved.Unlock()
	reserved.sockets = append(reserved.sockets, u)
	return l.Close()
}
