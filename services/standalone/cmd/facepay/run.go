package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

func runCommand() *cobra.Command {
	o := stack.Options{Partner: true, Scale: 1, NATS: "127.0.0.1:4222", Door: "127.0.0.1:8081", Provider: "127.0.0.1:9081", Control: "127.0.0.1:9082"}
	level, shortWaits := "info", false
	cmd := &cobra.Command{
		Use:   "run",
		Short: "run everything in this process: NATS, stores, all services, and the sandbox as WeChat (data kept in ./data)",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cli.Within("--scale", int64(o.Scale), 1, 1000); err != nil {
				return err
			}
			if shortWaits {
				o.Tune = stack.ShortWaits
			}
			log, closeLog, err := fileLog(o.Dir, level)
			if err != nil {
				return err
			}
			defer closeLog()
			o.Log = log
			s, err := stack.Start(cmd.Context(), o)
			if err != nil {
				return namingFlag(err, o)
			}
			if err := welcome.Execute(cmd.OutOrStdout(), map[string]string{
				"NATS": s.NATSURL, "Door": s.Ingest.URL(), "Provider": s.Sandbox.URL(), "Control": s.Sandbox.ControlURL(),
				"Dir": o.Dir, "Account": stack.Account, "Merchant": stack.Merchant, "Service": stack.ServiceID,
				"Confirm": stack.ConfirmServiceID, "Partner": stack.PartnerMerchant, "PartnerAccount": stack.PartnerAccount,
				"SubMchID": stack.SubMchID, "PartnerService": stack.PartnerServiceID,
			}); err != nil {
				return err
			}
			var failed error
			select {
			case <-cmd.Context().Done():
			case failed = <-s.Failed():
			}
			fmt.Fprintln(cmd.OutOrStdout(), "stopping")
			return errors.Join(failed, s.Stop(context.WithoutCancel(cmd.Context())))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Dir, "data", "data", "data folder: keys, streams, stores, log")
	f.StringVar(&o.NATS, "listen-nats", o.NATS, "broker")
	f.StringVar(&o.Door, "listen-door", o.Door, "webhooks")
	f.StringVar(&o.Provider, "listen-sandbox", o.Provider, "the sandbox as WeChat Pay")
	f.StringVar(&o.Control, "listen-control", o.Control, "the sandbox's control API")
	f.IntVar(&o.Scale, "scale", o.Scale, "how many times faster than real time services and sandbox live together")
	f.StringVar(&level, "log-level", level, "debug, info, warn or error")
	f.BoolVar(&shortWaits, "short-waits", false, "for tests: minutes where people are given more time")
	_ = f.MarkHidden("short-waits") // it is there
	return cmd
}

// namingFlag adds to an address in use the flag that gives another.
func namingFlag(err error, o stack.Options) error {
	taken, ok := errors.AsType[*net.OpError](err)
	if !ok || !errors.Is(err, syscall.EADDRINUSE) {
		return err
	}
	flag := "--listen-nats, --listen-door, --listen-sandbox or --listen-control"
	for name, address := range map[string]string{
		"--listen-nats": o.NATS, "--listen-door": o.Door, "--listen-sandbox": o.Provider, "--listen-control": o.Control,
	} {
		if taken.Addr != nil && taken.Addr.String() == address {
			flag = name
		}
	}
	return fmt.Errorf("%w (%s gives another address)", err, flag)
}

var welcome = template.Must(template.New("welcome").Parse(`facepay runs. Stop it with Ctrl-C; data stays in {{.Dir}}.

  NATS             {{.NATS}}
  webhooks         {{.Door}}/v1/notify/wechat/{{.Account}}
  WeChat (sandbox) {{.Provider}}
  sandbox control  {{.Control}}/control/wechat/book
  log              {{.Dir}}/facepay.log

  kiosk facts      facepay.kiosk.<face_result|service_requested|service_ended|service_aborted>.{{.Merchant}}.<out_order_no>
  back office      facepay.desk.<cancel_requested|amount_modify_requested|paid_elsewhere|collect_requested|refund_requested>.{{.Merchant}}.<out_order_no>
  order events     facepay.order.<event>.{{.Merchant}}.<out_order_no>.<device>
  requests         facepay-rpc.<service>.<endpoint>
  merchant         {{.Merchant}}, service {{.Service}}; {{.Confirm}} is confirmed by the customer on the phone (需确认)
  a partner's      {{.Partner}}, account {{.PartnerAccount}}, sub_mchid {{.SubMchID}}, service {{.PartnerService}} (服务商)

  with the nats CLI:  nats -s {{.NATS}} stream ls
                      nats -s {{.NATS}} micro ls
                      nats -s {{.NATS}} sub 'facepay.order.>'
  one order:          facepay --nats {{.NATS}} order show NUMBER
`))

// logName is the log's file in the data folder.
const logName = "facepay.log"

// fileLog logs to facepay.log in the data folder, so that the terminal stays readable.
func fileLog(dir, level string) (*slog.Logger, func(), error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, nil, fmt.Errorf("--log-level %q: use debug, info, warn or error", level)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, logName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return newLog(f, l), func() { _ = f.Close() }, nil
}

func newLog(w io.Writer, l slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l}))
}
