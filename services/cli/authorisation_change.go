package cli

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/service"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
)

// requestNotes is said where a request changes something.
const requestNotes = `
The request's number (--request-id) is printed: when the outcome is unknown, repeat the command with the same number.
请求号会打印出来；结果不明时请用同一请求号重复执行。`

func terminateCommand() *cobra.Command {
	var u whom
	var reason, requestID string
	cmd := &cobra.Command{
		Use: "terminate", Short: "end a user's authorisation (解除授权)", Args: cobra.NoArgs,
		Long: "Ends a user's authorisation of a service. WeChat refuses while the user has unfinished orders.\n解除用户授权；用户有未完结订单时微信会拒绝。\n" + requestNotes + "\n" + userNotes,
		RunE: func(cmd *cobra.Command, _ []string) error {
			openid, err := u.openid(cmd)
			if err != nil {
				return err
			}
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				req := &authinfov1.TerminateAuthorisationRequest{
					RequestId: cmp.Or(requestID, mintRequestID()), Merchant: u.merchant, ServiceId: u.service,
					Openid: openid, AuthorizationCode: u.code, Reason: reason,
				}
				fmt.Fprintf(cmd.OutOrStdout(), "request-id  %s\n", req.GetRequestId())
				var reply authinfov1.TerminateAuthorisationReply
				if err := service.Call(ctx, b.Conn(), authorisationTeller, "terminate_authorisation", req, &reply); err != nil {
					return stillOpen(err)
				}
				says("授权已于 %s 解除", "the authorisation was ended at %s").with(momentOf(reply.GetTerminatedAt())).print(cmd.OutOrStdout())
				return nil
			})
		},
	}
	u.flags(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "why, sent to WeChat; at most 30 characters")
	cmd.Flags().StringVar(&requestID, "request-id", "", "the request's own number; minted and printed when left out (请求号)")
	_ = cmd.MarkFlagRequired("reason") // the flag exists
	return cmd
}

func preAuthoriseCommand() *cobra.Command {
	var merchant, serviceID, requestID string
	var show bool
	cmd := &cobra.Command{
		Use: "pre-authorise", Aliases: []string{"pre-authorize"}, Args: cobra.NoArgs,
		Short: "let a user authorise a service outside of an order (商户预授权)",
		Long:  "Asks WeChat for a page on which a user authorises a no-confirm service, outside of an order. It is good for an hour.\n" + jumpNotes + "\n" + requestNotes,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				req := &authinfov1.PreAuthoriseRequest{RequestId: cmp.Or(requestID, mintRequestID()), Merchant: merchant, ServiceId: serviceID}
				fmt.Fprintf(cmd.OutOrStdout(), "request-id  %s\n", req.GetRequestId())
				var reply authinfov1.AuthoriseReply
				if err := service.Call(ctx, b.Conn(), authorisationTeller, "pre_authorise", req, &reply); err != nil {
					return stillOpen(err)
				}
				printAuthorise(cmd, &reply, show)
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&merchant, "merchant", "", "our merchant id")
	f.StringVar(&serviceID, "service", "", "the PayScore service (service_id), a no-confirm one")
	f.StringVar(&requestID, "request-id", "", "the request's own number; minted and printed when left out (请求号)")
	f.BoolVar(&show, "show", false, "print the parameters; they are secrets of the customer's")
	_, _ = cmd.MarkFlagRequired("merchant"), cmd.MarkFlagRequired("service") // both flags exist
	return cmd
}

func authorisationJumpCommand() *cobra.Command {
	var merchant string
	var show bool
	cmd := &cobra.Command{
		Use: "jump NUMBER", Short: "the way to WeChat's authorisation page, for an order that waits for it (授权跳转参数)", Args: cobra.ExactArgs(1),
		Long: "The way to WeChat's authorisation page, for the user of a kiosk.service_requested that waits for it (order state AUTHORISING).\n" + jumpNotes,
		RunE: func(cmd *cobra.Command, args []string) error {
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				merchant, err := whose(ctx, b, merchant, args[0])
				if err != nil {
					return err
				}
				var reply authinfov1.AuthoriseReply
				req := &authinfov1.AuthoriseJumpRequest{Merchant: merchant, OutOrderNo: args[0]}
				if err := service.Call(ctx, b.Conn(), authorisationTeller, "authorise_jump", req, &reply); err != nil {
					return err
				}
				printAuthorise(cmd, &reply, show)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&merchant, "merchant", "", "our merchant id; needed only when several merchants used the number")
	cmd.Flags().BoolVar(&show, "show", false, "print the parameters; they are secrets of the customer's")
	return cmd
}

func printAuthorise(cmd *cobra.Command, r *authinfov1.AuthoriseReply, show bool) {
	fmt.Fprintf(cmd.OutOrStdout(), "authorization_code  %s\nexpires at          %s\n", r.GetAuthorizationCode(), momentOf(r.GetExpiresAt()))
	printJump(cmd.OutOrStdout(), r.GetJump(), show)
}
