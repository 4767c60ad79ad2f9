//go:build mongo

package kill

import (
	"os"
	"testing"

	"github.com/facepay-go/facepay/services/standalone/chaos"
)

func TestTwoReplicasOfEveryServiceSurviveKillsAndARollingRestartUnderLoad(t *testing.T) {
	t.Parallel()
	server := os.Getenv("MONGODB_URI")
	if server == "" {
		t.Fatal("MONGODB_URI is not set; run make test-mongo")
	}
	r := survives(t, chaos.Options{Mode: chaos.Apart, Replicas: 2, Store: server, Orders: 100, Kiosks: 24, Kills: 8})
	rolled := 0
	for what, times := range r.Kills {
		if len(what) > 8 && what[:8] == "restart " {
			rolled += times
		}
	}
	if rolled == 0 {
		t.Error("nothing was restarted under load")
	}
}
