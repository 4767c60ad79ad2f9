package bus

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
)

// opened is the pull of the service's kiosk consumer that nobody reads.
func opened(t *testing.T, b *Bus) *pull {
	t.Helper()
	for _, c := range consumers(b.tempo) {
		if c.Service == service && c.Stream == "KIOSK" {
			p, err := subscribe(t, b, 1, answers(nil)).open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	t.Fatal("no consumer")
	return nil
}

// publishForged publishes an empty message that looks like an answer of the broker.
func publishForged(t *testing.T, b *Bus, subject, status string) {
	t.Helper()
	h := nats.Header{"Status": {status}, "Description": {"Request Timeout"}, "ce-id": {"forged"}}
	if _, err := b.js.PublishMsg(t.Context(), &nats.Msg{Subject: subject, Header: h}); err != nil {
		t.Fatal(err)
	}
}

func TestMessagesThatLookLikeAnswersOfTheBrokerBecomeDeadLettersAndFreshFactsAreHandledMeanwhile(t *testing.T) {
	b := applied(t, quick())
	runs := make(chan event.Event, 16)
	started(t, b, 4, delivered(runs))
	statuses := []string{"100", "204", "400", "404", "404", "408", "408", "409", "423", "503", "nonsense"}
	for i, status := range statuses {
		publishForged(t, b, "facepay.kiosk.service_ended.m."+number(i), status)
	}
	publish(t, b, ended("fresh"))
	if e := receive(t, runs, "the fresh fact"); e.Key != "fresh" {
		t.Errorf("got %s", e.Key)
	}
	within(t, 10*time.Second, "all acknowledged", func() bool { return unacked(t, b) == 0 })
	if n := len(deadLetters(t, b)); n != len(statuses) {
		t.Errorf("%d dead letters of %d forged messages", n, len(statuses))
	}
}

func TestAMessageWithHeadersThatCannotBeReadBecomesADeadLetterAndIsListed(t *testing.T) {
	server := serve(t, t.TempDir(), "127.0.0.1:0")
	b := connect(t, server, quick())
	if err := b.Apply(t.Context(), Profile{}); err != nil {
		t.Fatal(err)
	}
	started(t, b, 4, answers(nil))
	publishBroken(t, server.URL(), "facepay.kiosk.service_ended.m.N1")
	within(t, 10*time.Second, "set aside", func() bool { return len(deadLetters(t, b)) == 1 && unacked(t, b) == 0 })
	if n := len(stored(t, b, "N1")); n != 1 {
		t.Errorf("%d messages about the number", n)
	}
}

// publishBroken publishes with a header block no client library would write.
func publishBroken(t *testing.T, url, subject string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "nats://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	header := "NATS/1.0\r\nno colon\r\n\r\n"
	if _, err := fmt.Fprintf(conn, "CONNECT {\"verbose\":false,\"headers\":true}\r\nHPUB %s %d %d\r\n%s\r\nPING\r\n", subject, len(header), len(header), header); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if lines.Text() == "PONG" {
			return
		}
	}
	t.Fatal("the server did not answer")
}

func TestAPullThatIsRefusedIsLoggedAndAsksAgainWithoutSpinning(t *testing.T) {
	b := applied(t, quick())
	var log lines
	b.log = slog.New(slog.NewTextHandler(&log, nil))
	started(t, b, 1, answers(nil))
	if err := b.js.DeleteConsumer(t.Context(), "KIOSK", service); err != nil {
		t.Fatal(err)
	}
	within(t, 10*time.Second, "seen in the log", func() bool { return strings.Contains(log.String(), "answers 503") })
	watched := time.After(2 * reopenWait)
	<-watched // how often it asks is what is being measured
	if n := strings.Count(log.String(), "answers 503"); n > 4 {
		t.Errorf("refused %d times in %v", n, 2*reopenWait)
	}
}

func TestOthersAreHandledPromptlyWhileOneNumberOrOneMerchantHasThousandsQueued(t *testing.T) {
	for name, number := range map[string]func(i int) string{
		"a number":   func(int) string { return "hot" },
		"a merchant": number,
	} {
		t.Run(name, func(t *testing.T) { othersAreHandledPromptly(t, number) })
	}
}

// othersAreHandledPromptly holds it while all facts of the merchant "hot", with these numbers, hang.
func othersAreHandledPromptly(t *testing.T, hotNumber func(i int) string) {
	b := applied(t, production())
	const hot, others = 2000, 20
	config := kioskConsumer(t, b).Config
	config.MaxAckPending = 2 * hot // what is sent away counts as pending: how far the broker looks behind what is hot
	if _, err := b.js.UpdateConsumer(t.Context(), "KIOSK", config); err != nil {
		t.Fatal(err)
	}
	facts := make([]event.Event, hot)
	for i := range facts {
		m := ended(hotNumber(i))
		m.Merchant, m.EndTimeRemark = "hot", number(i)
		facts[i] = eventOf(t, m)
	}
	if err := errors.Join(b.PublishMany(t.Context(), facts)...); err != nil {
		t.Fatal(err)
	}
	release, runs, hots := make(chan struct{}), make(chan event.Event, others), atomic.Int32{}
	s := subscribe(t, b, 8, func(_ context.Context, e event.Event, _ proto.Message) error {
		if e.Merchant == "hot" {
			<-release
			hots.Add(1)
			return nil
		}
		runs <- e
		return nil
	})
	if err := s.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	letGo := sync.OnceFunc(func() { close(release) })
	defer func() {
		letGo() // a test that failed leaves nobody waiting
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	for i := range others { // behind all of them in the stream
		publish(t, b, ended(number(i)))
	}
	for range others {
		receive(t, runs, "a fact of somebody else while the hot ones hang")
	}
	fresh := time.Now()
	publish(t, b, ended("fresh"))
	receive(t, runs, "a fresh fact")
	if took := time.Since(fresh); took > 2*time.Second {
		t.Errorf("a fresh fact waited %v", took)
	}
	letGo()
	within(t, 20*time.Second, "the hot ones are handled too", func() bool { return hots.Load() == hot })
}
