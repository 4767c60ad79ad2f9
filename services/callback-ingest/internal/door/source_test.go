package door_test

import (
	"net"
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
