// Package cli is what an operator types: look an order up, ask for something as the back office does, see receivables and
// authorisations, see and replay dead letters, apply and check the topology. The commands talk to the services over NATS alone, so they work against any deployment.
package cli

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Root is the command named name with all operator commands below it. Commands find the broker by the persistent flags
// --nats and --creds.
func Root(name, short string) *cobra.Command {
	root := &cobra.Command{Use: name, Short: short, Version: version(), SilenceUsage: true, SilenceErrors: true}
	root.PersistentFlags().String("nats", "nats://127.0.0.1:4222", "NATS server URLs, separated by commas")
	root.PersistentFlags().String("creds", "", "NATS user credentials file")
	root.AddCommand(orderCommand(), receivablesCommand(), authorisationCommand(), deadLetterCommand(), topologyCommand())
	return root
}

// version is the module's, or with a build from a checkout its commit.
func version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range build.Settings {
		if s.Key == "vcs.revision" {
			return build.Main.Version + " " + s.Value
		}
	}
	return build.Main.Version
}

// Main runs a root command and gives the exit code: 0, 1 for an error, 2 for a request whose outcome is still to come. Errors go to errOut on one line.
func Main(ctx context.Context, root *cobra.Command, errOut io.Writer) int {
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintf(errOut, "%s: %v\n", root.Name(), err)
		return exitCode(err)
	}
	return 0
}
