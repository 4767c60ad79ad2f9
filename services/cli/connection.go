package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Connection says how the commands reach the broker.
type Connection struct {
	// URL is one or more server URLs, separated by commas.
	URL string
	// CredentialsFile holds NATS user credentials; empty for none.
	CredentialsFile string
}

// ConnectionOf reads --nats and --creds of the Root that cmd is below.
func ConnectionOf(cmd *cobra.Command) Connection {
	flags := cmd.Root().PersistentFlags()
	servers, _ := flags.GetString("nats") // Root made both
	credentials, _ := flags.GetString("creds")
	return Connection{servers, credentials}
}

// Open connects under a name. An unreachable broker is Retry and told with its address, without what is secret in it.
func (c Connection) Open(name string) (*bus.Bus, error) {
	b, err := bus.Connect(bus.Options{URL: c.URL, Name: name, CredentialsFile: c.CredentialsFile}, slog.New(slog.DiscardHandler))
	if fault.CodeOf(err) == "broker_unreachable" {
		return nil, fmt.Errorf("cannot connect to %s (is `make run` up? --nats names another broker): %w", c.shown(), err)
	}
	return b, err
}

// shown is the URL without users and passwords.
func (c Connection) shown() string {
	servers := strings.Split(c.URL, ",")
	for i, server := range servers {
		server = strings.TrimSpace(server)
		if !strings.Contains(server, "://") {
			server = "nats://" + server
		}
		servers[i] = "?"
		if u, err := url.Parse(server); err == nil {
			servers[i] = u.Scheme + "://" + u.Host
		}
	}
	return strings.Join(servers, ",")
}

// connected runs do with a connection that is closed afterwards.
func connected(cmd *cobra.Command, do func(ctx context.Context, b *bus.Bus) error) error {
	ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
	defer cancel()
	b, err := ConnectionOf(cmd).Open(cmd.CommandPath())
	if err != nil {
		return err
	}
	defer b.Close()
	return do(ctx, b)
}
