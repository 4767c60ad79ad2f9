package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// patience is how long a kiosk command waits for what it caused.
const patience = 30 * time.Second

// player is the kiosk commands' side of the system: a gateway and a customer.
type player struct {
	out     io.Writer
	gateway *kiosk.Gateway
	tracker *kiosk.Tracker
	// consents is what authinfo says.
	consents *kiosk.Tracker
}

func kioskCommand() *cobra.Command {
	var control string
	root := &cobra.Command{Use: "kiosk", Short: "play a kiosk and its customer against a running facepay and its sandbox"}
	root.PersistentFlags().StringVar(&control, "control", "http://127.0.0.1:9082", "the sandbox's control API")
	play := func(do func(context.Context, *player) error) func(*cobra.Command, []string) error {
		return func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), patience)
			defer cancel()
			return withPlayer(ctx, cmd, control, do)
		}
	}
	root.AddCommand(startCommand(play), requestCommand(play), endCommand(play), abortCommand(play))
	return root
}

type playFunc func(func(context.Context, *player) error) func(*cobra.Command, []string) error

func startCommand(play playFunc) *cobra.Command {
	var device, user, behaviour string
	cmd := &cobra.Command{Use: "start", Short: "open a session, show a face, wait for the door", Args: cobra.NoArgs}
	cmd.RunE = play(func(ctx context.Context, p *player) error { return p.start(ctx, device, user, behaviour) })
	cmd.Flags().StringVar(&device, "device", "KIOSK-0001", "the kiosk")
	cmd.Flags().StringVar(&user, "user", "alice", "who stands in front of it; the same name is the same person")
	cmd.Flags().StringVar(&behaviour, "behaviour", "SUCCESS", "what the face does: SUCCESS, ERROR, USER_CANCEL or SCAN_PAYMENT")
	return cmd
}

func endCommand(play playFunc) *cobra.Command {
	var fen int64
	var unpaid bool
	cmd := &cobra.Command{Use: "end NUMBER", Short: "the customer leaves with goods: complete the order, wait for the money", Args: cobra.ExactArgs(1)}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := cli.Within("--fen", fen, 0, math.MaxInt64); err != nil {
			return err
		}
		awaited := []string{"paid", "free", "fact_rejected"}
		if unpaid {
			awaited = append(awaited, "payment_pending")
		}
		return play(func(ctx context.Context, p *player) error {
			if unpaid {
				if err := p.gateway.AddFault(ctx, map[string]any{"operation": "deduct", "fault": "deduction_stops", "out_order_no": args[0]}); err != nil {
					return err
				}
			}
			return p.tell(ctx, &kioskv1.ServiceEnded{
				Merchant: stack.Merchant, OutOrderNo: args[0], TotalAmountFen: &fen,
				PostPayments: []*kioskv1.Payment{{Name: "矿泉水", AmountFen: &fen, Description: "550ml", Count: 1}},
			}, args[0], awaited...)
		})(cmd, args)
	}
	cmd.Flags().Int64Var(&fen, "fen", 350, "what the goods cost, fen")
	cmd.Flags().BoolVar(&unpaid, "unpaid", false, "the customer has no money: WeChat collects in vain, and the order stays a receivable (应收)")
	return cmd
}

func abortCommand(play playFunc) *cobra.Command {
	cmd := &cobra.Command{Use: "abort NUMBER", Short: "nothing came out: cancel the order", Args: cobra.ExactArgs(1)}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return play(func(ctx context.Context, p *player) error {
			return p.tell(ctx, &kioskv1.ServiceAborted{Merchant: stack.Merchant, OutOrderNo: args[0], Reason: "出货失败"},
				args[0], "revoked", "abandoned", "fact_rejected")
		})(cmd, args)
	}
	return cmd
}

func withPlayer(ctx context.Context, cmd *cobra.Command, control string, do func(context.Context, *player) error) error {
	b, err := cli.ConnectionOf(cmd).Open("facepay kiosk")
	if err != nil {
		return err
	}
	defer b.Close()
	js, err := jetstream.New(b.Conn())
	if err != nil {
		return err
	}
	tracker, err := kiosk.Track(ctx, js, stack.Merchant, jetstream.DeliverNewPolicy)
	if err != nil {
		return err
	}
	defer tracker.Stop()
	consents, err := kiosk.TrackAuthinfo(ctx, js, stack.Merchant, jetstream.DeliverNewPolicy)
	if err != nil {
		return err
	}
	defer consents.Stop()
	return do(ctx, &player{out: cmd.OutOrStdout(), tracker: tracker, consents: consents, gateway: &kiosk.Gateway{
		NC: b.Conn(), JS: js, Merchant: stack.Merchant, MchID: stack.MchID, Control: control, HTTP: &http.Client{Timeout: patience},
	}})
}

func (p *player) start(ctx context.Context, device, user, behaviour string) error {
	raw, err := p.gateway.Rawdata(ctx, device)
	if err != nil {
		return err
	}
	session, err := p.gateway.OpenSession(ctx, &authinfov1.OpenSessionRequest{
		RequestId: rand.Text(), Merchant: stack.Merchant, ServiceId: stack.ServiceID,
		StoreId: "S001", StoreName: "一号店", DeviceId: device, Rawdata: raw,
	})
	if err != nil {
		return err
	}
	number := session.GetOutOrderNo()
	fmt.Fprintf(p.out, "request  facepay-rpc.authinfo.open_session → out_order_no %s, authinfo of %d characters\n", number, len(session.GetAuthinfo()))
	face, err := p.gateway.ShowFace(ctx, session, device, user, behaviour)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "SDK      getUserPayScoreStatus → %s %s\n", face.ReturnCode, face.ReturnMsg)
	fact := kiosk.FaceResult(stack.Merchant, session, device, face)
	fact.ServiceIntroduction = "无人售货柜"
	fact.RiskFund = &kioskv1.RiskFund{AmountFen: 10_000}
	if err := p.tell(ctx, fact, number, "opened", "refused", "abandoned", "fact_rejected"); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\nNUMBER=%s\n", number)
	return nil
}

// tell publishes a fact and waits for one of the events it may cause.
func (p *player) tell(ctx context.Context, fact proto.Message, number string, awaited ...string) error {
	if err := p.publish(ctx, fact); err != nil {
		return err
	}
	return p.await(ctx, number, awaited...)
}

// publish shows a fact and publishes it as protojson.
func (p *player) publish(ctx context.Context, fact proto.Message) error {
	subject, err := event.SubjectOf(fact)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "publish  %s\n         %s\n", subject, protojson.MarshalOptions{UseProtoNames: true}.Format(masked(fact)))
	return p.gateway.PublishJSON(ctx, fact)
}

// masked is a copy of a fact without what names its user.
func masked(fact proto.Message) proto.Message {
	m := proto.Clone(fact)
	for _, name := range []protoreflect.Name{"openid", "sub_openid", "face_sid"} {
		if f := m.ProtoReflect().Descriptor().Fields().ByName(name); f != nil && m.ProtoReflect().Has(f) {
			m.ProtoReflect().Set(f, protoreflect.ValueOfString("***"))
		}
	}
	return m
}

// await waits for one of the events and shows it. A refused fact is an error with code, field and rule.
func (p *player) await(ctx context.Context, number string, awaited ...string) error {
	said, err := p.hears(ctx, p.tracker, number, awaited...)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out, strings.TrimSpace("event    "+said.Subject+" "+said.Code))
	if said.Name == "fact_rejected" {
		return fault.Invalid(said.Field, said.Code, "%s", said.Rule)
	}
	return nil
}
