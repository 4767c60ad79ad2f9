package chaos

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/standalone/audit"
	"github.com/facepay-go/facepay/services/standalone/fleet"
)

// Report is what came of a run. Its JSON is the last line of `facepay chaos`.
type Report struct {
	Seed     uint64 `json:"seed"`
	Mode     Mode   `json:"mode"`
	Replicas int    `json:"replicas"`
	Orders   int    `json:"orders"`
	// Kills counts what was done, by kind and victim: "kill order-lifecycle-2".
	Kills     map[string]int `json:"kills"`
	KillsMade int            `json:"kills_made"`
	Paid      int            `json:"paid"`
	Free      int            `json:"free"`
	Revoked   int            `json:"revoked"`
	Refused   int            `json:"refused"`
	Abandoned int            `json:"abandoned"`
	Expired   int            `json:"expired"`
	// Lives counts the orders with a life of their own by how they begin, Requests what was asked of them by operation and
	// answer: "refund_requested: refunded".
	Lives    map[string]int `json:"lives,omitempty"`
	Requests map[string]int `json:"requests,omitempty"`
	// Refusals counts the 4xx of the provider by why they were not ours to avoid, AvoidableRefusals the others.
	Refusals          map[string]int `json:"refusals,omitempty"`
	AvoidableRefusals int            `json:"avoidable_4xx"`
	// Notifications are the deliveries that our door answered 200, Duplicates those of a fact it had.
	Notifications   int       `json:"notifications"`
	Duplicates      int       `json:"duplicates"`
	Alarms          int       `json:"alarms"`
	Rejections      int       `json:"rejections"`
	PaidFen         money.Fen `json:"paid_fen"`
	ProviderPaidFen money.Fen `json:"provider_paid_fen"`
	RefundedFen     money.Fen `json:"refunded_fen"`
	// Invariants is "hold", or the list of what broke.
	Invariants any     `json:"invariants"`
	Seconds    float64 `json:"seconds"`
	// SlowestDrain is the longest time from SIGTERM to the end of a process, seconds.
	SlowestDrain float64 `json:"slowest_sigterm_drain"`
	// RestartedItself counts programs that ended because what they need was not there at their start.
	RestartedItself int `json:"restarted_by_themselves"`

	breaches []audit.Breach
}

// Hold reports whether every invariant held.
func (r *Report) Hold() bool { return r.Invariants == "hold" }

func reportOf(f audit.Findings) *Report {
	r := &Report{
		Orders: f.Orders, Paid: f.Ends["paid"], Free: f.Ends["free"], Revoked: f.Ends["revoked"], Refused: f.Ends["refused"], Abandoned: f.Ends["abandoned"], Expired: f.Ends["expired"],
		Requests: f.Requests, Refusals: f.Refusals, AvoidableRefusals: f.AvoidableRefusals, RefundedFen: f.RefundedFen,
		Notifications: f.Notifications, Duplicates: f.Duplicates, Alarms: f.Alarms, Rejections: f.Rejections,
		PaidFen: f.PaidFen, ProviderPaidFen: f.ProviderPaidFen, Invariants: "hold", breaches: f.Broken,
	}
	for _, b := range f.Broken {
		r.add(b.String())
	}
	return r
}

// add notes something broken.
func (r *Report) add(broken string) {
	list, _ := r.Invariants.([]string)
	r.Invariants = append(list, broken)
}

// finish adds what is known of the processes once they have stopped.
func (r *Report) finish(o Options, k *killer, processes []*fleet.Process, badStops []string) {
	r.Seed, r.Mode, r.Replicas, r.Kills = o.Seed, o.Mode, max(o.Replicas, 1), k.struck
	for what, times := range k.struck {
		if len(what) > len(kill) && what[:len(kill)+1] == string(kill)+" " {
			r.KillsMade += times
		}
	}
	r.SlowestDrain = math.Round(float64(k.drained)/float64(time.Millisecond)) / 1000
	for _, bad := range badStops {
		r.add("a stop was not clean: " + bad)
	}
	for _, p := range processes {
		for _, fall := range p.Falls() {
			// What it needs was not there at its start, a broker that is down or a disk too slow: it said so and ended.
			if fall.Code == 1 {
				r.RestartedItself++
				continue
			}
			r.add(fmt.Sprintf("%s ended by itself with code %d", fall.Process, fall.Code))
		}
		for _, cry := range p.Cries() {
			r.add(p.Name + " logged: " + cry)
		}
	}
}

// shownBroken is how much of a long list a person is shown.
const shownBroken = 30

// Print writes the table and, as the last line, the JSON object.
func (r *Report) Print(w io.Writer) error {
	r.Seconds = math.Round(r.Seconds*10) / 10
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "orders\t%d\tpaid %d, free %d, revoked %d, refused %d, abandoned %d, expired %d\n", r.Orders, r.Paid, r.Free, r.Revoked, r.Refused, r.Abandoned, r.Expired)
	fmt.Fprintf(t, "money\t%s yuan\tthe provider's book says %s\n", r.PaidFen.Yuan(), r.ProviderPaidFen.Yuan())
	fmt.Fprintf(t, "notifications\t%d\tof which %d repeated a fact\n", r.Notifications, r.Duplicates)
	fmt.Fprintf(t, "refunded\t%s yuan\t\n", r.RefundedFen.Yuan())
	fmt.Fprintf(t, "avoidable 4xx\t%d\t\n", r.AvoidableRefusals)
	for _, counts := range []map[string]int{r.Lives, r.Requests, r.Refusals, r.Kills} {
		for _, what := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(t, "%s\t%d\t\n", what, counts[what])
		}
	}
	fmt.Fprintf(t, "slowest stop by SIGTERM\t%.3fs\t\n", r.SlowestDrain)
	if err := t.Flush(); err != nil {
		return err
	}
	if broken, ok := r.Invariants.([]string); ok {
		fmt.Fprintf(w, "\nBROKEN (%d):\n", len(broken))
		for _, b := range broken[:min(len(broken), shownBroken)] {
			fmt.Fprintln(w, "  "+b)
		}
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\n%s\n", line)
	return err
}
