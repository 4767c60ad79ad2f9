package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/bus"
)

func topologyCommand() *cobra.Command {
	topology := &cobra.Command{Use: "topology", Short: "streams and consumers, derived from the contract"}
	var replicas int
	apply := &cobra.Command{
		Use: "apply", Short: "create or update all streams and consumers; once per release, before the services", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := Within("--replicas", int64(replicas), 1, 5); err != nil {
				return err
			}
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				if err := b.Apply(ctx, bus.Profile{Replicas: replicas}); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%d streams and %d consumers are as the contract says\n", len(bus.Streams(bus.Profile{})), len(bus.Consumers()))
				return nil
			})
		},
	}
	apply.Flags().IntVar(&replicas, "replicas", 1, "replicas of every stream: 1 on a single server, 3 on a cluster; at most 5, as JetStream allows")
	verify := &cobra.Command{
		Use: "verify", Short: "compare the servers with the contract and name every difference", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				var services []string
				for _, consumer := range bus.Consumers() {
					if !slices.Contains(services, consumer.Service) {
						services = append(services, consumer.Service)
					}
				}
				for _, service := range services {
					if err := b.Verify(ctx, service); err != nil {
						return err
					}
				}
				fmt.Fprintln(cmd.OutOrStdout(), "streams and consumers are as the contract says")
				return nil
			})
		},
	}
	topology.AddCommand(apply, verify)
	return topology
}
