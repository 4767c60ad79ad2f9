package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Report is what one run measured. Its JSON is bench.json.
type Report struct {
	Machine Machine   `json:"machine"`
	At      time.Time `json:"at"`
	Rounds  int       `json:"rounds"`
	// Quick figures mean nothing.
	Quick bool `json:"quick,omitempty"`
	// What was not measured is absent.
	Ingest *Ingest `json:"ingest,omitempty"`
	Orders *Orders `json:"orders,omitempty"`
	Stored *Stored `json:"stored,omitempty"`
	Kernel *Kernel `json:"kernel,omitempty"`
}

// WriteJSON writes the machine-readable report.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// table is a list of figures with headings.
type table struct{ *tabwriter.Writer }

func (t table) heading(format string, args ...any) { fmt.Fprintf(t, "\n"+format+"\n", args...) }

func (t table) row(what string, s Series, unit string) {
	fmt.Fprintf(t, "  %s\t%s\t  %s\n", what, figure(s.Median()), unit)
}

// figure prints four digits, and no more decimals than they need.
func figure(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// Print writes the table.
func (r *Report) Print(w io.Writer) error {
	m := r.Machine
	fmt.Fprintf(w, "%d cores, %s, %s, %s, commit %s; medians of %d rounds\n", m.Cores, m.CPU, m.System, m.Go, m.Commit, r.Rounds)
	if r.Quick {
		fmt.Fprintln(w, "QUICK: these figures mean nothing")
	}
	t := table{tabwriter.NewWriter(w, 0, 4, 1, ' ', 0)}
	if r.Ingest != nil {
		r.Ingest.print(t)
	}
	if r.Orders != nil {
		r.Orders.print(t)
	}
	if r.Stored != nil {
		r.Stored.print(t)
	}
	if r.Kernel != nil {
		r.Kernel.print(t)
	}
	return t.Flush()
}

func (i *Ingest) print(t table) {
	t.heading("INGEST\t\t  %d deliveries (%d repeats) on %d connections; generator, broker and store in this process",
		i.Deliveries, i.Repeats, i.Connections)
	t.row("acknowledged", i.Ours.AcknowledgedPerS, "/s: verified, decrypted, on disk, deduplicated")
	t.row("published", i.PublishedPerS, "/s: facts acknowledged by JetStream, fsynced")
	t.row("p50", i.Ours.P50MS, "ms")
	t.row("p99", i.Ours.P99MS, "ms")
	t.row("processor", i.Ours.CPUMS, "ms per delivery, until published")
	t.row("allocations", i.Ours.Allocations, "per delivery")
	t.row("plain handler", i.Plain.AcknowledgedPerS, "/s: official SDK, one insert, one publish per request")
	t.row("  p99", i.Plain.P99MS, "ms")
	t.row("  processor", i.Plain.CPUMS, "ms per delivery")
	t.row("ours / plain", i.ToPlain, "×")
	t.row("  published / plain", i.PublishedToPlain, "×: facts in JetStream per second, from the first delivery to the last event")
	t.row("cryptography alone", i.Ceiling, "/s on all cores, through pkg/wechatpay")
	t.row("  standard library", i.StandardLibrary, "/s, no rule checked, no JSON read")
	t.row("ours / cryptography", i.ToCeiling, "×")
	t.row("processor bound", i.ProcessorBound, "/s: all cores at that processor time per delivery, nobody waiting")
	t.row("ours / processor bound", i.ToProcessor, "×")
}
