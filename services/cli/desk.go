package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/proto/contract"
)

// deskFact is a request of the back office: the same facts that its own software publishes.
type deskFact interface {
	proto.Message
	GetMerchant() string
	GetOutOrderNo() string
	GetRequestId() string
	GetOccurredAt() *timestamppb.Timestamp
}

// asDeskFact is a message as a fact of the back office; false for any other.
func asDeskFact(m proto.Message) (deskFact, bool) {
	fact, ok := m.(deskFact)
	if !ok {
		return nil, false
	}
	c, err := contract.Of(m)
	return fact, err == nil && c.Owner == "desk"
}

// deskAsk is what every command of the desk takes.
type deskAsk struct {
	merchant, number, requestID string
	wait                        time.Duration
	dryRun                      bool
	now                         *timestamppb.Timestamp
	story                       *Story
	before                      earlier
}

// wish makes the fact, and says in words what it will do.
type wish func(a deskAsk) (deskFact, text, error)

// requestIDs is the form of a back office's number (desk.proto).
var requestIDs = regexp.MustCompile(`^[0-9A-Za-z_-]{1,31}$`)

// mintRequestID makes a number that nobody else makes for the same order.
func mintRequestID() string { return "cli-" + strings.ToLower(rand.Text()[:16]) }

// longestWait bounds --wait.
const longestWait = time.Hour

// deskNotes is said in the help of every command of the desk.
const deskNotes = `
The request is published as the back office would publish it, until the broker has it; then the command waits for what becomes
of it. Its number (--request-id) is printed: the same command with the same number asks for nothing new, it looks for the answer.

Exit code: 0 done, 1 refused or failed, 2 not answered yet.
请求号（--request-id）会打印出来；用同一请求号重复执行不会产生新请求，只会查看结果。退出码：0 完成，1 被拒绝或失败，2 尚无结果。`

// deskCommand makes a command of the desk. want is called when order and number are known.
func deskCommand(use, short, long string, want func(cmd *cobra.Command) wish) *cobra.Command {
	var a deskAsk
	cmd := &cobra.Command{Use: use, Short: short, Long: strings.TrimSpace(long) + "\n" + deskNotes, Args: cobra.ExactArgs(1)}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := Within("--wait, in seconds", int64(a.wait/time.Second), 0, int64(longestWait/time.Second)); err != nil {
			return err
		}
		ask := a
		ask.number, ask.now = args[0], timestamppb.New(time.Now().UTC().Truncate(time.Millisecond))
		if ask.requestID == "" {
			ask.requestID = mintRequestID()
		}
		if !requestIDs.MatchString(ask.requestID) {
			return fault.Invalid("--request-id", "request_id", "must be 1 to 31 of 0-9 A-Z a-z _ -")
		}
		b, err := ConnectionOf(cmd).Open(cmd.CommandPath())
		if err != nil {
			return err
		}
		defer b.Close()
		return ask.run(cmd, b, want(cmd))
	}
	f := cmd.Flags()
	f.StringVar(&a.merchant, "merchant", "", "our merchant id; needed only when several merchants used the number")
	f.StringVar(&a.requestID, "request-id", "", "the request's own number, unique within the order; minted and printed when left out (请求号)")
	f.DurationVar(&a.wait, "wait", 30*time.Second, "how long to wait for what becomes of it, at most 1h; 0s publishes only")
	f.BoolVar(&a.dryRun, "dry-run", false, "show what would be published, publish nothing")
	return cmd
}

// lookTime bounds reading what is known of the order, before anything is asked for.
const lookTime = 30 * time.Second

func (a deskAsk) run(cmd *cobra.Command, b *bus.Bus, want wish) error {
	looking, stop := context.WithTimeout(cmd.Context(), lookTime)
	defer stop()
	var err error
	if a.story, err = Tell(looking, b, a.merchant, a.number); err != nil {
		return err
	}
	a.merchant = a.story.Merchant
	if a.before, err = madeBefore(looking, b, a.merchant, a.number, a.requestID); err != nil {
		return err
	}
	fact, words, err := want(a)
	if err != nil {
		return err
	}
	if err := a.before.sameAs(fact); err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	words.print(out)
	if had := a.before.alike(fact); had != nil && a.before.fact == nil {
		says("注意：%s 已有相同的请求（请求号 %s），这是另一个新请求", "note: the same was asked for at %s under --request-id %s; this is another request").
			with(beijingTime(had.GetOccurredAt().AsTime()), had.GetRequestId()).print(out)
	}
	if a.dryRun {
		return showFact(out, fact)
	}
	q := question{bus: b, fact: fact, root: cmd.Root().Name(), wait: a.wait, out: out, progress: cmd.ErrOrStderr()}
	return q.settle(cmd.Context(), a.before)
}

// showFact prints what would be published.
func showFact(w io.Writer, fact deskFact) error {
	subject, err := event.SubjectOf(fact)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nsubject     %s\nrequest-id  %s\n%s\n\n", subject, fact.GetRequestId(), protojson.MarshalOptions{Multiline: true, UseProtoNames: true}.Format(fact))
	says("未发布任何内容（--dry-run）", "nothing was published (--dry-run)").print(w)
	return nil
}
