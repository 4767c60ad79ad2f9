// Package cli is what an operator types: look an order up, see and replay dead letters, apply and check the topology. The
// commands talk to the services over NATS alone, so they work against any deployment.
package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/bus"
)

// Connection says how the commands reach the broker.
type Connection struct {
	URL, CredentialsFile string
}

// Root is the command named name with all operator commands below it. Commands find the broker by the persistent flags
// --nats and --creds.
func Root(name, short string) *cobra.Command {
	c := &Connection{}
	root := &cobra.Command{Use: name, Short: short, SilenceUsage: true, SilenceErrors: true}
	root.PersistentFlags().StringVar(&c.URL, "nats", "nats://127.0.0.1:4222", "NATS server URLs, separated by commas")
	root.PersistentFlags().StringVar(&c.CredentialsFile, "creds", "", "NATS user credentials file")
	root.AddCommand(orderCommand(c), deadLetterCommand(c), topologyCommand(c))
	return root
}

// Main runs a root command and gives the exit code. Errors go to errOut on one line.
func Main(ctx context.Context, root *cobra.Command, errOut io.Writer) int {
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintf(errOut, "%s: %v\n", root.Name(), err)
		return 1
	}
	return 0
}

// connected runs do with a connection that is closed afterwards.
func (c *Connection) connected(cmd *cobra.Command, do func(ctx context.Context, b *bus.Bus) error) error {
	ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
	defer cancel()
	b, err := bus.Connect(bus.Options{URL: c.URL, Name: cmd.CommandPath(), CredentialsFile: c.CredentialsFile}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer b.Close()
	return do(ctx, b)
}
