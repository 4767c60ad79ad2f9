package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/clock"
)

func orderCommand(c *Connection) *cobra.Command {
	order := &cobra.Command{Use: "order", Short: "look orders up (订单)"}
	var merchant string
	var asJSON bool
	show := &cobra.Command{
		Use:   "show NUMBER",
		Short: "the whole story of one order: states, calls to WeChat, notifications, events (订单全貌)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				story, err := Tell(ctx, b, merchant, args[0])
				if err != nil {
					return err
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
	order.AddCommand(show)
	return order
}

// Print writes the story for people. Times are Beijing times.
func (s *Story) Print(w io.Writer) error {
	fmt.Fprintf(w, "order %s of merchant %s\n\n", s.OutOrderNo, s.Merchant)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, d := range s.Summary {
		fmt.Fprintf(t, "  %s\t%s\n", d.Label, d.Value)
	}
	fmt.Fprintln(t, "\nBEIJING TIME\tFROM\tWHAT\t\t")
	for _, l := range s.Lines {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", l.At.In(clock.Beijing).Format("01-02 15:04:05.000"), l.Source, l.Kind, l.Title, inline(l.Details))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, name := range s.Silent {
		fmt.Fprintf(w, "\nnot answering, its part is missing: %s\n", name)
	}
	return nil
}

func inline(ds []Detail) string {
	parts := make([]string, len(ds))
	for i, d := range ds {
		parts[i] = d.Label + "=" + d.Value
	}
	return strings.Join(parts, " ")
}
