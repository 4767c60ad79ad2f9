package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/bus"
)

func orderCommand() *cobra.Command {
	order := &cobra.Command{Use: "order", Short: "look orders up; cancel, modify, settle, collect and refund them (订单)"}
	var merchant string
	var asJSON bool
	show := &cobra.Command{
		Use:   "show NUMBER",
		Short: "the whole story of one order: states, calls to WeChat, notifications, events (订单全貌)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				story, err := Tell(ctx, b, merchant, args[0])
				if err != nil {
					return err
				}
				for _, name := range story.Silent {
					fmt.Fprintf(cmd.ErrOrStderr(), "%s: not answering, its part is missing: %s\n", cmd.Root().Name(), name)
				}
				if asJSON {
					enc := json.NewEncoder(cmd.OutOrStdout())
					enc.SetIndent("", "  ")
					return enc.Encode(story)
				}
				return story.Print(cmd.OutOrStdout())
			})
		},
	}
	show.Flags().StringVar(&merchant, "merchant", "", "our merchant id; needed only when several merchants used the number")
	show.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	order.AddCommand(show, orderJumpCommand(), cancelCommand(), modifyCommand(), paidElsewhereCommand(), collectCommand(), refundCommand())
	return order
}
