package stack

import (
	"fmt"
	"math/rand/v2"
	"net"
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

// FreeAddress finds a loopback port that nobody listens on, and gives none twice. Addresses are told to others before
// their listeners open, and listeners come back after a kill, so one cannot choose its own.
func FreeAddress() (address string, err error) {
	for range 100 {
		address = fmt.Sprintf("127.0.0.1:%d", firstPort+nextPort.Add(1)%ports)
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			return address, l.Close()
		}
	}
	return "", fmt.Errorf("finding a free port: %w", err)
}
