package flood

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what came of a flood. Its JSON is the last line of `facepay flood`.
type Report struct {
	Seed uint64 `json:"seed"`
	// A part that was not asked for is null.
	Forged *Forged `json:"forged"`
	Valid  *Valid  `json:"valid"`
	Paid   *Paid   `json:"paid"`
	// Promises is "hold", or the list of what broke, of the parts that are there.
	Promises any     `json:"promises"`
	Seconds  float64 `json:"seconds"`

	broken []string
}

// Hold reports that every promise held.
func (r *Report) Hold() bool { return len(r.broken) == 0 }

// judge holds the counts against the promises.
func (r *Report) judge() {
	need := func(holds bool, format string, args ...any) {
		if !holds {
			r.broken = append(r.broken, fmt.Sprintf(format, args...))
		}
	}
	if f := r.Forged; f != nil {
		need(f.Accepted == 0, "%d forged notifications were answered 2xx", f.Accepted)
		need(f.Rows == 0, "%d forged notifications were stored", f.Rows)
		need(f.Events == 0, "%d events were published of forged notifications", f.Events)
	}
	if v := r.Valid; v != nil {
		need(len(v.Rows) == 1 && v.Rows["published"] == v.Facts, "%d facts made the rows %v", v.Facts, v.Rows)
		need(v.Events == v.Facts, "%d facts made events with %d different ids", v.Facts, v.Events)
		need(v.Changed == 0, "%d events came again with another content", v.Changed)
		need(v.Wrong == 0, "%d facts have no event, or several", v.Wrong)
		need(v.Foreign == 0, "%d events are of no fact that was told", v.Foreign)
	}
	if p := r.Paid; p != nil {
		need(p.PaidOnce == p.Orders, "%d of %d orders were paid exactly once", p.PaidOnce, p.Orders)
		need(p.PaidFen == p.ProviderPaidFen, "we say %d fen, the provider's book %d", p.PaidFen, p.ProviderPaidFen)
		need(p.Told >= int64(p.Orders), "%d payments were told of %d orders", p.Told, p.Orders)
	}
	if r.Promises = "hold"; !r.Hold() {
		r.Promises = r.broken
	}
}

// Print writes a table and the JSON line.
func (r *Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if f := r.Forged; f != nil {
		fmt.Fprintln(t, "forged, mutated, stale, replayed\tsent\tanswers\t")
		for _, kind := range slices.Sorted(maps.Keys(f.Kinds)) {
			sent, answers := int64(0), []string{}
			for _, status := range slices.Sorted(maps.Keys(f.Kinds[kind])) {
				sent += f.Kinds[kind][status]
				answers = append(answers, fmt.Sprintf("%d×%d", f.Kinds[kind][status], status))
			}
			fmt.Fprintf(t, "%s\t%d\t%s\t\n", kind, sent, strings.Join(answers, " "))
		}
		for _, reason := range slices.Sorted(maps.Keys(f.Reasons)) {
			fmt.Fprintf(t, "  refused as %s\t%d\t\t\n", reason, f.Reasons[reason])
		}
		fmt.Fprintf(t, "accepted\t%d\trows %d, events %d\t\n", f.Accepted, f.Rows, f.Events)
	}
	if v := r.Valid; v != nil {
		fmt.Fprintf(t, "genuine\t%d\t%d facts, %v rows, %d events; %d/s on %d connections\t\n", v.Sent, v.Facts, v.Rows, v.Events, v.PerSecond, v.Connections)
	}
	if p := r.Paid; p != nil {
		fmt.Fprintf(t, "payments told\t%d\t%d orders, paid exactly once: %d\t\n", p.Told, p.Orders, p.PaidOnce)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(r)
}

func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*10) / 10 }
