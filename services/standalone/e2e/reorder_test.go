package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/event"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

func TestFactsInAnyOrderAndThriceEndTheSame(t *testing.T) { inEveryDelivery(t, factsInAnyOrder) }

// orders are all orders of three facts.
var orders = [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}

func factsInAnyOrder(t *testing.T, d delivery) {
	w := newWorld(t, d.set)
	// One session gives the credential; each order's own session event is played by hand, so that it can come late.
	host := w.visit("HOST")
	if err := host.open(); err != nil {
		t.Fatal(err)
	}
	var visits []*visit
	var numbers []string
	for _, last := range []string{"ended", "aborted"} {
		for _, order := range orders {
			v := w.visit(fmt.Sprintf("%s-%d%d%d", last, order[0], order[1], order[2]))
			v.device, v.session = host.device, proto.CloneOf(host.session)
			v.session.OutOrderNo = v.number
			visits, numbers = append(visits, v), append(numbers, v.number)
		}
	}
	if err := w.together(visits, func(v *visit) error {
		facts, err := v.threeFacts()
		if err != nil {
			return err
		}
		order := orders[slices.Index(numbers, v.number)%len(orders)]
		for round := range 3 {
			for _, i := range order {
				if err := facts[i](round); err != nil {
					return err
				}
			}
		}
		return v.end()
	}); err != nil {
		t.Fatal(err)
	}
	w.quiet(numbers...)
	l := w.ledger(t)
	for i, number := range numbers {
		t.Run(number, func(t *testing.T) {
			order := orders[i%len(orders)]
			switch faceFirst := slices.Index(order[:], 1) < slices.Index(order[:], 2); {
			case strings.HasPrefix(number, "ended"):
				if a := l.endedOnce(t, number, "paid", price); a.count("fact_rejected") != 0 {
					t.Errorf("refused: %v", a.codes("fact_rejected"))
				}
			case faceFirst: // the order may exist at the provider: it is cancelled
				l.endedOnce(t, number, "revoked", 0)
			default: // nothing was sent yet: nothing is, and the late face is told so, once
				if a := l.endedOnce(t, number, "abandoned", 0); !slices.Equal(a.codes("fact_rejected"), []string{"order_closed"}) {
					t.Errorf("refused: %v", a.codes("fact_rejected"))
				}
			}
		})
	}
	t.Run("no secret left its place", func(t *testing.T) { w.secretsStayed(t, numbers...) })
}

// threeFacts are the session event, the face, and the end of a visit, each to be published in rounds: as protobuf, as
// protojson where a gateway may, as protobuf again.
func (v *visit) threeFacts() ([3]func(round int) error, error) {
	face, err := v.show("SUCCESS")
	if err != nil {
		return [3]func(int) error{}, err
	}
	var last proto.Message = v.ended(400)
	if strings.HasPrefix(v.number, "aborted") {
		last = v.aborted()
	}
	now := v.Clock.Now()
	session, err := event.New(v.ctx, "session-"+v.number, now, &authinfov1.SessionOpened{
		Merchant: v.Merchant, OutOrderNo: v.number, DeviceId: v.device, StoreId: "S001", ServiceId: stack.ServiceID,
		PayscoreOutRequestNo: v.session.GetPayscoreOutRequestNo(), OpenedAt: timestamppb.New(now), ExpiresAt: timestamppb.New(now.Add(time.Hour)),
	})
	if err != nil {
		return [3]func(int) error{}, err
	}
	publish := func(m proto.Message) func(int) error {
		return func(round int) error {
			if round == 1 {
				return v.PublishJSON(v.ctx, m)
			}
			return v.Publish(v.ctx, m)
		}
	}
	return [3]func(int) error{func(int) error { return v.store(session) }, publish(face), publish(last)}, nil
}

// store publishes an event without the id by which the broker would drop a repeat: every copy reaches the listeners.
func (v *visit) store(e event.Event) error {
	header := nats.Header(e.Header())
	delete(header, "Nats-Msg-Id")
	_, err := v.JS.PublishMsg(v.ctx, &nats.Msg{Subject: e.Subject, Header: header, Data: e.Body})
	return err
}
