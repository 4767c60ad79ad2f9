package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

// afterwards bounds each look at where things stand once the waiting is over.
const afterwards = 5 * time.Second

// unpublished tells that the broker never acknowledged the request.
func (q question) unpublished(err error) error {
	if !fault.Is(err, fault.Retry) {
		return err
	}
	says("未得到消息服务器确认，请求可能已发布，也可能没有：用同一请求号重复执行即可",
		"the broker did not acknowledge the request: it may be published or not; repeat the command with the same number").print(q.out)
	q.howToLookUp()
	return notAnswered{err.Error()}
}

// unanswered tells where things stand when no answer came: put aside by order-lifecycle, under way, or unknown.
func (q question) unanswered(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		says("不再等待，请求继续处理", "no longer waiting; the request goes on").print(q.out)
		q.howToLookUp()
		return notAnswered{"interrupted"}
	}
	if letter := q.putAside(ctx); letter != nil {
		says("服务无法处理此请求，已放入死信，没有任何改变", "the service could not follow the request and put it aside: nothing changed").print(q.out)
		return fault.New(fault.Terminal, letter.Code, "dead letter %d: %s (mend it, then `%s deadletter replay %d`)", letter.Seq, letter.Text, q.root, letter.Seq)
	}
	says("尚无结果，请求仍在处理中", "there is no answer yet, the request is still under way").print(q.out)
	q.whereItStands(ctx)
	q.howToLookUp()
	if !errors.Is(err, context.DeadlineExceeded) {
		return notAnswered{err.Error()}
	}
	return notAnswered{"waited " + q.wait.String()}
}

// whereItStands tells where the order and a refund are now, if the services tell it in time.
func (q question) whereItStands(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, afterwards)
	defer stop()
	story, err := Tell(ctx, q.bus, q.fact.GetMerchant(), q.fact.GetOutOrderNo())
	if err != nil {
		return
	}
	story.printStanding(q.out)
	story.printRefund(q.out, q.fact.GetRequestId())
	story.printAlarms(q.out)
}

// putAside finds the request among the dead letters, by its place in its stream; nil when it is not there, or they cannot be read
// in time.
func (q question) putAside(ctx context.Context) *bus.DeadLetter {
	ctx, stop := context.WithTimeout(ctx, afterwards)
	defer stop()
	stored, err := q.bus.About(ctx, q.fact.GetOutOrderNo())
	if err != nil {
		return nil
	}
	letters, err := q.bus.DeadLetters(ctx, 0)
	if err != nil {
		return nil
	}
	for _, s := range stored {
		e, _, err := event.Read(s.Subject, s.Header, s.Data, s.At)
		if err != nil || e.ID != q.id {
			continue
		}
		for _, l := range letters {
			if l.Stream == s.Stream && l.StreamSeq == strconv.FormatUint(s.Seq, 10) {
				return &l
			}
		}
	}
	return nil
}

func (q question) howToLookUp() {
	number, merchant, id := q.fact.GetOutOrderNo(), q.fact.GetMerchant(), q.fact.GetRequestId()
	fmt.Fprintf(q.out, "\n  look it up      %s order show %s --merchant %s\n  wait for it     the same command with --request-id %s\n", q.root, number, merchant, id)
}

// notAnswered is the end of a command whose request is on its way: exit code 2.
type notAnswered struct{ why string }

func (e notAnswered) Error() string { return "no answer yet: " + e.why }

// exitCode of an error: 2 when the outcome is still to come.
func exitCode(err error) int {
	if _, ok := errors.AsType[notAnswered](err); ok {
		return 2
	}
	return 1
}

// stillOpen is the error of a request: whether it was carried out may be unknown, or it was not yet, and the same request is to be
// repeated.
func stillOpen(err error) error {
	if fault.Is(err, fault.UnknownOutcome) || fault.Is(err, fault.Retry) {
		return notAnswered{err.Error() + "; repeat the command with the same --request-id"}
	}
	return err
}
