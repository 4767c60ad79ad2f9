//go:build !mongo

package kill

import (
	"testing"

	"github.com/facepay-go/facepay/services/standalone/chaos"
	"github.com/facepay-go/facepay/services/standalone/fleet"
)

// These stories have SQLite alone: facepay run chooses its store itself.

func TestKillNineInTheMiddleOfTheLoadLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	survives(t, chaos.Options{Mode: chaos.Whole, Orders: 120, Kiosks: 32, Kills: 4})
}

func TestFiveHundredRandomLivesUnderFaultsAndKillsKeepEveryInvariant(t *testing.T) {
	t.Parallel()
	bin, err := plainPrograms()
	if err != nil {
		t.Fatal(err)
	}
	r := survives(t, chaos.Options{Bin: bin, Mode: chaos.Whole, Orders: 500, Lives: 100, Kiosks: 64, Kills: 4})
	if r.AvoidableRefusals != 0 {
		t.Errorf("%d calls were refused by the provider that need not have been sent", r.AvoidableRefusals)
	}
	for _, answer := range []string{
		"amount_modify_requested: modified", "cancel_requested: revoked", "collect_requested: collect_requested",
		"paid_elsewhere: paid", "refund_requested: refunded", "refund_requested: refund_exceeds", "service_requested: paid",
	} {
		if r.Requests[answer] == 0 {
			t.Errorf("the story shows too little: no %s", answer)
		}
	}
}

func TestEveryServiceIsAProcessOfItsOwnAndSurvivesKillsAndASigtermUnderLoad(t *testing.T) {
	t.Parallel()
	r := survives(t, chaos.Options{Mode: chaos.Apart, Replicas: 1, Orders: 60, Kiosks: 16, Kills: 5})
	for _, program := range []string{"authinfo", "order-lifecycle", "callback-ingest", "sandbox", fleet.Broker} {
		if r.Kills["kill "+program] != 1 {
			t.Errorf("%s was killed %d times, want once", program, r.Kills["kill "+program])
		}
	}
	if limit := fleet.StopWithin.Seconds(); r.SlowestDrain <= 0 || r.SlowestDrain > limit {
		t.Errorf("the slowest stop took %g s, stated are %g s", r.SlowestDrain, limit)
	}
}
