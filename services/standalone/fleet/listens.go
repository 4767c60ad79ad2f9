package fleet

import (
	"context"
	"net"
)

// listens is a readiness by TCP: somebody accepts at an address.
func listens(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		return conn.Close()
	}
}
