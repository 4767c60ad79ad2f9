package stack

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// FreeAddress finds a loopback port that nobody listens on. Addresses are told to others before their listeners open, and
// listeners come back after a kill, so one cannot choose its own. The port is below those that systems give to outgoing
// connections (32768 on Linux): none of the many here takes it meanwhile.
func FreeAddress() (address string, err error) {
	for range 100 {
		address = fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(22_000))
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			return address, l.Close()
		}
	}
	return "", fmt.Errorf("finding a free port: %w", err)
}
