package cli

import (
	"context"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/service/servicetest"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

func TestWithoutAnAnswerTheCommandEndsWith2AndTellsWhereThingsStandAndHowToLookThemUp(t *testing.T) {
	s := newStage(t, append(thePaidOrder(), "refund rid-1", "PROCESSING, 100 of 350 fen",
		"alarm", "refund_slow of refund rid-1 at 2026-03-01T04:00:00Z", "alarm_en", "WeChat works on it for too long", "alarm_over", "sync_refused", "alarm_en", "that is over")...)
	line := []string{"order", "refund", "N1", "--fen", "100", "--request-id", "rid-1", "--wait"}
	words := []string{"尚无结果", "PAID", "the money is in", "微信已受理退款", "days to a bank card", "alarm refund_slow of refund rid-1 at 2026-03-01 12:00:00.000", "WeChat works on it for too long", "order show N1", "--request-id rid-1"}
	got := s.types(append(line, "1s")...)
	got.shows(t, 2, append(words, "waited 1s")...)
	if strings.Contains(got.out, "that is over") {
		t.Errorf("it tells an alarm whose wait is over:\n%s", got.out)
	}

	ctx, interrupt := context.WithCancel(t.Context())
	listening, listeners := make(chan struct{}), s.listeners()
	go func() {
		defer close(listening)
		servicetest.Eventually(t, "the command listens", func() bool { return s.listeners() > listeners })
		interrupt()
	}()
	s.typesIn(ctx, nil, append(line, "1h")...).shows(t, 2, "the request goes on", "order show N1", "--request-id rid-1", "interrupted")
	<-listening
}

func TestARequestThatWasPutAsideIsToldWithItsDeadLetter(t *testing.T) {
	s := newStage(t, theOrder()...)
	s.answers(func(deskFact, string) []proto.Message {
		stored, err := s.bus.About(t.Context(), "N1")
		servicetest.Must(t, err)
		fact := stored[len(stored)-1]
		servicetest.Must(t, s.bus.Conn().PublishMsg(&nats.Msg{Subject: "facepay.deadletter.order-lifecycle." + fact.Stream, Data: fact.Data, Header: nats.Header{
			"facepay-subject": {fact.Subject}, "facepay-stream": {fact.Stream}, "facepay-stream-seq": {strconv.FormatUint(fact.Seq, 10)},
			"facepay-code": {"unknown_merchant"}, "facepay-text": {"no such merchant is configured"},
		}}))
		return nil
	})
	s.types("order", "collect", "N1", "--wait", "1s").shows(t, 1, "已放入死信", "unknown_merchant", "deadletter replay 1")
}

func TestARequestIsPublishedUntilTheBrokerHasItAndIsStoredOnce(t *testing.T) {
	s := newStage(t, theOrder()...)
	s.answers(func(f deskFact, _ string) []proto.Message {
		m := &orderv1.OrderCollectRequested{TotalAmountFen: 350}
		address(m, "N1", f.GetRequestId())
		return []proto.Message{m}
	})
	// While its stream cannot take a message, JetStream answers with an error; the command does not give up.
	js, err := jetstream.New(s.bus.Conn())
	servicetest.Must(t, err)
	stream, err := js.Stream(t.Context(), "KIOSK")
	servicetest.Must(t, err)
	as, full := stream.CachedInfo().Config, stream.CachedInfo().Config
	full.MaxMsgSize = 1
	_, err = js.UpdateStream(t.Context(), full)
	servicetest.Must(t, err)
	var errOut servicetest.Log
	ended := make(chan int)
	go func() {
		root := Root("facepayctl", "")
		root.SetOut(io.Discard)
		root.SetErr(&errOut)
		root.SetArgs([]string{"--nats", s.url, "order", "collect", "N1"})
		ended <- Main(t.Context(), root, &errOut)
	}()
	servicetest.Eventually(t, "it publishes the same bytes again", func() bool { return strings.Count(errOut.String(), "publishing the same bytes again") >= 2 })
	_, err = js.UpdateStream(t.Context(), as)
	servicetest.Must(t, err)
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d\n%s", code, errOut.String())
	}
	if n := len(s.asked("N1")); n != 1 {
		t.Errorf("%d facts are stored", n)
	}
}

func TestABrokerThatGoesAwayDuringTheWaitHidesNoAnswerAndHoldsNobodyUp(t *testing.T) {
	s := newStage(t, theOrder()...)
	waiting := func(ctx context.Context, id string) (end chan said) {
		end, listeners := make(chan said, 1), s.listeners()
		go func() { end <- s.typesIn(ctx, nil, "order", "collect", "N1", "--request-id", id, "--wait", "1m") }()
		servicetest.Eventually(t, "the command listens", func() bool { return s.listeners() > listeners })
		return end
	}
	end := waiting(t.Context(), "rid-1")
	s.broker.Stop()
	servicetest.Must(t, s.broker.Again())
	answer := &orderv1.OrderCollectRequested{TotalAmountFen: 350}
	address(answer, "N1", "rid-1")
	e, err := event.New(t.Context(), "answer", when, answer)
	servicetest.Must(t, err)
	servicetest.Eventually(t, "the broker is back", func() bool { return s.bus.Publish(t.Context(), e) == nil })
	got := <-end
	got.shows(t, 0, "took the wish")

	ctx, interrupt := context.WithCancel(t.Context())
	end = waiting(ctx, "rid-2")
	s.broker.Stop()
	interrupted := time.Now()
	interrupt()
	got = <-end
	if got.shows(t, 2, "--request-id rid-2"); time.Since(interrupted) > 10*time.Second {
		t.Errorf("it held its user up for %s", time.Since(interrupted))
	}
	servicetest.Must(t, s.broker.Again())
	servicetest.Eventually(t, "the broker is back", func() bool { return s.bus.Conn().IsConnected() })
}
