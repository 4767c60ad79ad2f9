package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/service"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

const jumpNotes = `
The three forms (mini program, H5, app) are for this customer's phone alone: they are printed with --show only.
三种跳转参数（小程序、H5、APP）只属于该用户，加 --show 才会打印。`

func orderJumpCommand() *cobra.Command {
	var merchant string
	var show bool
	cmd := &cobra.Command{
		Use: "jump NUMBER", Short: "the way to WeChat's page of an order: its confirmation, else its details (跳转参数)", Args: cobra.ExactArgs(1),
		Long: "Signs the way to WeChat's page of an order that WeChat holds: the confirmation while it waits for its user, else the details.\n" + jumpNotes,
		RunE: func(cmd *cobra.Command, args []string) error {
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				merchant, err := whose(ctx, b, merchant, args[0])
				if err != nil {
					return err
				}
				var reply orderv1.OrderJumpReply
				req := &orderv1.OrderJumpRequest{Merchant: merchant, OutOrderNo: args[0]}
				if err := service.Call(ctx, b.Conn(), orderTeller, "order_jump", req, &reply); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "order %s is %s\n", args[0], reply.GetState())
				printJump(cmd.OutOrStdout(), reply.GetJump(), show)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&merchant, "merchant", "", "our merchant id; needed only when several merchants used the number")
	cmd.Flags().BoolVar(&show, "show", false, "print the parameters; they are secrets of the customer's")
	return cmd
}

// whose is the merchant named, or the one that used the number.
func whose(ctx context.Context, b *bus.Bus, merchant, number string) (string, error) {
	if merchant != "" {
		return merchant, nil
	}
	stored, err := b.About(ctx, number)
	if err != nil {
		return "", err
	}
	return merchantOf(stored, number)
}

// printJump writes what opens WeChat's page, in the three forms of wechat-protocol.md §5.4; hidden unless shown.
func printJump(w io.Writer, j *eventv1.Jump, show bool) {
	hide := func(s string) string {
		if show || s == "" {
			return dash(s)
		}
		return "*** (--show)"
	}
	fmt.Fprintf(w, `
mini program  wx.openBusinessView
  businessType  %s
  extraData     %s
H5 in WeChat  wx.invoke('openBusinessView', …)
  businessType  %s
  queryString   %s
app           WXOpenBusinessView
  businessType  %s
  query         %s
  extInfo       %s
`, j.GetBusinessType(), hide(j.GetExtraData()), j.GetBusinessType(), hide(j.GetQueryString()), j.GetBusinessType(), hide(j.GetAppQuery()), dash(j.GetAppExtInfo()))
}
