package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
)

func TestRestartsInTheMiddleOfFiftyOrdersLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var visits []*visit
	var numbers []string
	for i := range 50 {
		v := w.visit(fmt.Sprintf("R%02d", i))
		visits, numbers = append(visits, v), append(numbers, v.number)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	done := make(chan error, 1)
	go func() { done <- w.together(visits, patient) }()
	said := 0
	for range 3 {
		said += 10 + dice.IntN(40) // of 200: every order has four events
		if err := w.until("more events", func() (bool, error) { return w.tracker.Total() >= said, nil }); err != nil {
			t.Fatal(err)
		}
		w.stop()
		w.start()
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	w.quiet(numbers...)
	l := w.ledger(t)
	for _, number := range numbers {
		if a := l.endedOnce(t, number, "paid", price); a.count("alarm")+a.count("fact_rejected") != 0 {
			t.Errorf("%s: its life was %v", number, names(a.Said))
		}
	}
}

// patient is the usual visit at a gateway that tries again until the system is back.
func patient(v *visit) error {
	var face *kioskv1.FaceResult
	if err := v.until("the face of "+v.number, func() (ok bool, err error) {
		face, err = v.look()
		return err == nil, err
	}); err != nil {
		return err
	}
	if err := v.insist(face); err != nil {
		return err
	}
	if err := v.door(); err != nil {
		return err
	}
	if err := v.insist(v.ended(400)); err != nil {
		return err
	}
	return v.end()
}

// insist publishes a fact until the broker has it. A publish without an answer may be stored: it is repeated all the same.
func (v *visit) insist(m proto.Message) error {
	return v.until("an acknowledgement for "+v.number, func() (bool, error) {
		ctx, cancel := v.attempt()
		defer cancel()
		err := v.Publish(ctx, m)
		return err == nil, err
	})
}
