package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/service"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
)

// authorisationTeller is the service that owns authorisations.
const authorisationTeller = "authinfo"

const userNotes = `
The user is named by --authorization-code, our agreement number (授权协议号), or by an openid in a file, - for standard input. An
openid on the command line would stand in the shell's history and in the list of processes, so there is no flag for it:

  … --merchant m --service 500001 --openid-file -      # paste it, Enter, Ctrl-D

用户由授权协议号或 openid 指定；openid 只能从文件或标准输入（-）读取，不得出现在命令行、历史记录和进程列表中。`

func authorisationCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "authorisation", Aliases: []string{"authorization"}, Short: "users' authorisations of a PayScore service (授权)"}
	cmd.AddCommand(showAuthorisationCommand(), terminateCommand(), preAuthoriseCommand(), authorisationJumpCommand())
	return cmd
}

// whom names one user's authorisation of one service.
type whom struct{ merchant, service, code, openidFile string }

func (u *whom) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&u.merchant, "merchant", "", "our merchant id")
	f.StringVar(&u.service, "service", "", "the PayScore service (service_id)")
	f.StringVar(&u.code, "authorization-code", "", "our agreement number (授权协议号)")
	f.StringVar(&u.openidFile, "openid-file", "", "file with the user's openid; - for standard input")
	_, _ = cmd.MarkFlagRequired("merchant"), cmd.MarkFlagRequired("service") // both flags exist
	cmd.MarkFlagsMutuallyExclusive("authorization-code", "openid-file")
	cmd.MarkFlagsOneRequired("authorization-code", "openid-file")
}

// openid is read when the user is named by it.
func (u *whom) openid(cmd *cobra.Command) (string, error) {
	if u.openidFile == "" {
		return "", nil
	}
	return readSecret(cmd, "--openid-file", u.openidFile)
}

func showAuthorisationCommand() *cobra.Command {
	var u whom
	cmd := &cobra.Command{
		Use: "show", Short: "what WeChat says of a user's authorisation now, and what we were told (查询授权)", Args: cobra.NoArgs,
		Long: "Asks WeChat about one user's authorisation, and shows what its notifications told us. Nothing is changed.\n" + userNotes,
		RunE: func(cmd *cobra.Command, _ []string) error {
			openid, err := u.openid(cmd)
			if err != nil {
				return err
			}
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				var reply authinfov1.ShowAuthorisationReply
				req := &authinfov1.ShowAuthorisationRequest{Merchant: u.merchant, ServiceId: u.service, Openid: openid, AuthorizationCode: u.code}
				if err := service.Call(ctx, b.Conn(), authorisationTeller, "show_authorisation", req, &reply); err != nil {
					return err
				}
				return printAuthorisation(cmd.OutOrStdout(), &reply)
			})
		},
	}
	u.flags(cmd)
	return cmd
}

// permissions say what the words of WeChat and of its notifications mean. wechat-protocol.md §5.2.
var permissions = map[string]text{
	"AVAILABLE":   {"已授权，可以开单", "authorised: orders can be created"},
	"UNAVAILABLE": {"未授权，不能开单", "not authorised: no order can be created"},
	"UNBINDUSER":  {"预授权尚未由用户完成，或已解除，不能开单", "no user has completed the authorisation, or it was ended: no order can be created"},
	"OPEN":        {"最后一次通知：已授权", "the last we were told: authorised"},
	"CLOSED":      {"最后一次通知：已解除授权", "the last we were told: ended"},
	"UNKNOWN":     {"从未收到通知", "we were told nothing"},
}

func printAuthorisation(w io.Writer, r *authinfov1.ShowAuthorisationReply) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, row := range []Detail{
		{"WeChat says", inWords(r.GetState())}, {"authorization_code", r.GetAuthorizationCode()},
		{"authorised at", momentOf(r.GetAuthorisedAt())}, {"cancelled at", momentOf(r.GetCancelledAt())},
		{"told", inWords(r.GetTold())}, {"told at", momentOf(r.GetToldAt())}, {"user_key", r.GetUserKey()},
	} {
		fmt.Fprintf(t, "%s\t%s\n", row.Label, dash(row.Value))
	}
	return t.Flush()
}

// inWords adds what a word of permissions means.
func inWords(word string) string {
	if t, ok := permissions[word]; ok {
		return word + "  " + t.zh + " / " + t.en
	}
	return word
}

func momentOf(at *timestamppb.Timestamp) string {
	if at == nil {
		return ""
	}
	return beijingTime(at.AsTime())
}
