package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
)

func deadLetterCommand() *cobra.Command {
	dead := &cobra.Command{Use: "deadletter", Short: "messages a service could not follow (死信)"}
	var since uint64
	list := &cobra.Command{
		Use: "list", Short: "list dead letters, oldest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				letters, err := b.DeadLetters(ctx, since)
				if err != nil {
					return err
				}
				t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
				fmt.Fprintln(t, "SEQ\tBEIJING TIME\tSERVICE\tSUBJECT\tCODE\tTRIES\tWHY")
				for _, l := range letters {
					fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Seq, l.At.In(clock.Beijing).Format("01-02 15:04:05"),
						l.Service, plain(l.Subject), l.Code, l.Deliveries, plain(withoutCode(l.Text, l.Code)))
				}
				return t.Flush()
			})
		},
	}
	list.Flags().Uint64Var(&since, "since", 0, "first sequence to list")
	replay := &cobra.Command{
		Use: "replay SEQ", Short: "publish a dead letter on its subject again; every listener shrugs off what it knows", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			seq, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil || seq == 0 {
				return fault.Invalid("SEQ", "out_of_bounds", "must be a sequence from `deadletter list`, 1 or more, not %q", args[0])
			}
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				if err := b.Replay(ctx, seq, time.Now()); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "dead letter %d was published again\n", seq)
				return nil
			})
		},
	}
	dead.AddCommand(list, replay)
	return dead
}

// withoutCode is why a message could not be followed, without the code that stands beside it.
func withoutCode(why, code string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(why, code), ":"))
}
