package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// Ingest is what became of notifications.
type Ingest struct {
	// Deliveries and Repeats are per round.
	Deliveries  int `json:"deliveries"`
	Repeats     int `json:"repeats"`
	Connections int `json:"connections"`
	// Ours is callback-ingest, Plain the plain handler (plain.go) under the same deliveries.
	Ours  Handler `json:"ours"`
	Plain Handler `json:"plain"`
	// PublishedPerS counts facts from the first delivery to the broker's last acknowledgement; the answers do not wait for it.
	PublishedPerS Series `json:"published_per_s"`
	// Ceiling is verify + decrypt alone on all cores through pkg/wechatpay, StandardLibrary without any rule or JSON.
	Ceiling         Series `json:"crypto_ceiling_per_s"`
	StandardLibrary Series `json:"standard_library_ceiling_per_s"`
	// ProcessorBound is what all cores could take if every delivery cost the processor time of Ours, generator and
	// publishing included, and nobody waited for anything.
	ProcessorBound Series `json:"processor_bound_per_s"`
	// ToPlain, ToProcessor and ToCeiling are acknowledged rates over those.
	ToPlain     Series `json:"to_plain"`
	ToProcessor Series `json:"to_processor_bound"`
	ToCeiling   Series `json:"to_ceiling"`
	// PublishedToPlain is PublishedPerS over the facts per second of the plain handler, which publishes before it answers.
	PublishedToPlain Series `json:"published_to_plain"`
}

// Handler is what one handler did. Processor time and allocations are of the whole process per delivery, until
// everything was published: generator, broker and store included.
type Handler struct {
	AcknowledgedPerS Series `json:"acknowledged_per_s"`
	P50MS            Series `json:"p50_ms"`
	P99MS            Series `json:"p99_ms"`
	CPUMS            Series `json:"cpu_ms_per_delivery"`
	Allocations      Series `json:"allocations_per_delivery"`
}

func (h *Handler) add(n int, took []time.Duration, answered time.Duration, all cost) {
	h.AcknowledgedPerS = append(h.AcknowledgedPerS, rate(n, answered))
	h.P50MS = append(h.P50MS, milliseconds(percentile(took, 50)))
	h.P99MS = append(h.P99MS, milliseconds(percentile(took, 99)))
	cpu, allocations := all.each(n)
	h.CPUMS, h.Allocations = append(h.CPUMS, cpu), append(h.Allocations, allocations)
}

// reception is everything that the same deliveries are sent to.
type reception struct {
	account sandbox.Merchant
	door    *door
	address string
	plain   *plain
	// client and library open them and do nothing else.
	client, library opener
}

func (r *run) ingest(ctx context.Context) (_ *Ingest, err error) {
	to, err := r.openReception(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, to.close(context.WithoutCancel(ctx))) }()
	report := &Ingest{Deliveries: r.deliveries, Repeats: r.deliveries / repeatEvery, Connections: r.connections}
	warm := &Ingest{}
	if err := r.ingestRound(ctx, to, "W", r.deliveries/10, warm); err != nil {
		return nil, fmt.Errorf("warming up: %w", err)
	}
	for round := range r.Rounds {
		if err := r.ingestRound(ctx, to, fmt.Sprintf("R%d", round), r.deliveries, report); err != nil {
			return nil, err
		}
	}
	report.ToPlain = report.Ours.AcknowledgedPerS.over(report.Plain.AcknowledgedPerS)
	for i, cpu := range report.Ours.CPUMS {
		report.ProcessorBound = append(report.ProcessorBound, float64(runtime.GOMAXPROCS(0))*1000/cpu)
		plainFacts := report.Plain.AcknowledgedPerS[i] * float64(distinct(r.deliveries)) / float64(r.deliveries)
		report.PublishedToPlain = append(report.PublishedToPlain, report.PublishedPerS[i]/plainFacts)
	}
	report.ToProcessor = report.Ours.AcknowledgedPerS.over(report.ProcessorBound)
	report.ToCeiling = report.Ours.AcknowledgedPerS.over(report.Ceiling)
	return report, to.door.check(ctx, r.deliveries/10/repeatEvery+r.Rounds*report.Repeats)
}

func (r *run) openReception(ctx context.Context) (to *reception, err error) {
	dir := filepath.Join(r.Dir, "door")
	book, err := folder(dir)
	if err != nil {
		return nil, err
	}
	keys, err := sandbox.OpenDevKeys(filepath.Join(dir, "keys"), time.Now())
	if err != nil {
		return nil, err
	}
	to = &reception{account: keys.Merchant(stack.MchID, stack.AppID)}
	if to.client, err = throughClient(book); err != nil {
		return nil, err
	}
	if to.library, err = throughStandardLibrary(to.account); err != nil {
		return nil, err
	}
	if to.door, err = openDoor(ctx, dir, book, r); err != nil {
		return nil, err
	}
	if to.address, err = to.door.address(); err == nil {
		to.plain, err = openPlain(ctx, filepath.Join(r.Dir, "plain"), to.account, r)
	}
	if err != nil {
		return nil, errors.Join(err, to.door.run(context.WithoutCancel(ctx)))
	}
	return to, nil
}

func (to *reception) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return errors.Join(to.plain.run(ctx), to.door.run(ctx))
}

// ingestRound sends n fresh deliveries to everybody.
func (r *run) ingestRound(ctx context.Context, to *reception, name string, n int, report *Ingest) error {
	r.tell("ingest %s: signing %d notifications", name, n)
	all, err := prepare(n, name, to.account, time.Now())
	if err != nil {
		return err
	}
	r.tell("ingest %s: callback-ingest", name)
	if err := r.ours(ctx, to, all, report); err != nil {
		return fmt.Errorf("callback-ingest: %w", err)
	}
	r.tell("ingest %s: plain handler", name)
	took := begin()
	answers, err := deliver(ctx, to.plain.address, r.connections, all)
	if err != nil {
		return fmt.Errorf("plain handler: %w", err)
	}
	spent := took.end()
	report.Plain.add(n, answers, spent.wall, spent)
	r.tell("ingest %s: cryptography alone", name)
	for _, c := range []struct {
		open opener
		into *Series
	}{{to.client, &report.Ceiling}, {to.library, &report.StandardLibrary}} {
		perS, err := ceiling(all, c.open)
		if err != nil {
			return fmt.Errorf("cryptography alone: %w", err)
		}
		*c.into = append(*c.into, perS)
	}
	return nil
}

func (r *run) ours(ctx context.Context, to *reception, all []delivery, report *Ingest) error {
	stop := func() {}
	if len(all) == r.deliveries { // not while warming up
		var err error
		if stop, err = r.profile.start(); err != nil {
			return err
		}
	}
	defer stop()
	facts := distinct(len(all))
	to.door.told += facts
	took := begin()
	answers, err := deliver(ctx, to.address, r.connections, all)
	if err != nil {
		return err
	}
	answered := time.Since(took.at)
	if err := to.door.published(ctx); err != nil {
		return err
	}
	spent := took.end()
	report.Ours.add(len(all), answers, answered, spent)
	report.PublishedPerS = append(report.PublishedPerS, rate(facts, spent.wall))
	return nil
}
