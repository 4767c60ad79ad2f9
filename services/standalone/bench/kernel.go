package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// many is how many callers stand for a crowd.
const many = 64

// Kernel is what the mechanism beneath the services does per second.
type Kernel struct {
	// Fsync is 2 KiB appended and synced, one after the other: what the disk can do.
	Fsync Series `json:"fsync_per_s"`
	// Insert is a document of 1 KiB with one index into SQLite, durably, by one caller and by 64.
	Insert     Series `json:"insert_per_s"`
	InsertMany Series `json:"insert_64_per_s"`
	// Publish is one event, acknowledged after fsync, by one publisher and by 64.
	Publish     Series `json:"publish_per_s"`
	PublishMany Series `json:"publish_64_per_s"`
	// Turn is load, decide, save of an aggregate that causes no event, by one caller and by 64, each on its own documents.
	Turn     Series `json:"turn_per_s"`
	TurnMany Series `json:"turn_64_per_s"`
}

func (r *run) kernel(ctx context.Context) (_ *Kernel, err error) {
	report := &Kernel{}
	for round := range r.Rounds {
		r.tell("kernel %d", round)
		if err := r.kernelRound(ctx, filepath.Join(r.Dir, fmt.Sprintf("kernel%d", round)), report); err != nil {
			return nil, err
		}
	}
	return report, nil
}

func (r *run) kernelRound(ctx context.Context, dir string, k *Kernel) (err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	var running stops
	defer func() {
		if stopped := running.run(context.WithoutCancel(ctx)); err == nil {
			err = stopped
		}
	}()
	appended, err := appending(filepath.Join(dir, "log"), &running)
	if err != nil {
		return err
	}
	inserted, turned, err := documents(ctx, filepath.Join(dir, "kernel.db"), r, &running)
	if err != nil {
		return err
	}
	b, err := broker(ctx, filepath.Join(dir, "nats"), r, &running)
	if err != nil {
		return err
	}
	for _, m := range []struct {
		callers int
		act     action
		into    *Series
	}{
		{1, appended, &k.Fsync},
		{1, inserted, &k.Insert}, {many, inserted, &k.InsertMany},
		{1, published(b), &k.Publish}, {many, published(b), &k.PublishMany},
		{1, turned, &k.Turn}, {many, turned, &k.TurnMany},
	} {
		perS, err := steadily(ctx, r.steady, m.callers, m.act)
		if err != nil {
			return err
		}
		*m.into = append(*m.into, perS)
	}
	return nil
}

// action is one thing to do; i is never the same twice, caller tells the callers apart.
type action func(ctx context.Context, caller int, i int64) error

// steadily lets callers act for so long and gives how much they did per second.
func steadily(ctx context.Context, how time.Duration, callers int, act action) (float64, error) {
	var next, done atomic.Int64
	next.Store(time.Now().UnixNano()) // names differ from those of an earlier call
	acting, ctx := errgroup.WithContext(ctx)
	took := begin()
	for caller := range callers {
		acting.Go(func() error {
			for time.Since(took.at) < how {
				if err := act(ctx, caller, next.Add(1)); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	err := acting.Wait()
	return rate(int(done.Load()), took.end().wall), err
}

func appending(path string, s *stops) (action, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	s.add(func(context.Context) error { return f.Close() })
	content := make([]byte, 2048)
	return func(context.Context, int, int64) error {
		if _, err := f.Write(content); err != nil {
			return err
		}
		return f.Sync()
	}, nil
}

// sample is a document as small as they come.
type sample struct {
	ID   string
	Due  time.Time
	Body []byte
}

// counter is the smallest aggregate.
type counter struct{ Count int64 }

// documents gives an insert and a turn on one SQLite file.
func documents(ctx context.Context, path string, r *run, s *stops) (insert, turn action, err error) {
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	s.add(func(context.Context) error { return store.Close() })
	samples, err := docstore.Open(ctx, store, docstore.Spec[sample]{
		Name: "samples", ID: func(d *sample) string { return d.ID },
		Fields:  []docstore.Field[sample]{{Name: "due", Kind: docstore.Time, Value: func(d *sample) any { return d.Due }}},
		Indexes: []docstore.Index{{Name: "by_due", Fields: []string{"due"}}},
	})
	if err != nil {
		return nil, nil, err
	}
	counters, err := aggregate.Open(ctx, aggregate.Spec[counter]{
		Owner: "bench", Collection: "counters", HandledBound: aggregate.DefaultHandled,
	}, aggregate.Deps{Docs: store, Clock: clock.Real(), Log: r.log})
	if err != nil {
		return nil, nil, err
	}
	insert = func(ctx context.Context, _ int, i int64) error {
		return samples.Insert(ctx, &sample{ID: fmt.Sprint(i), Due: time.UnixMilli(i / 1e6), Body: make([]byte, 1024)})
	}
	turn = func(ctx context.Context, caller int, i int64) error {
		id := fmt.Sprintf("%d/%d", caller, i%16)
		return counters.Turn(ctx, "bench", id, fmt.Sprint(i), func(t *aggregate.Turn[counter]) (aggregate.Decision, error) {
			t.State.Count++
			return aggregate.Save, nil
		})
	}
	return insert, turn, nil
}

func published(b *bus.Bus) action {
	return func(ctx context.Context, _ int, i int64) error {
		e, err := event.New(ctx, fmt.Sprintf("bench%d", i), time.Now(), &orderv1.OrderPaid{Merchant: "bench", OutOrderNo: fmt.Sprint(i)})
		if err != nil {
			return err
		}
		return b.Publish(ctx, e)
	}
}

func (k *Kernel) print(t table) {
	t.heading("KERNEL\t\t  per second, everything durable")
	t.row("write + fsync", k.Fsync, "of 2 KiB, one after the other")
	t.row("insert, 1 caller", k.Insert, "1 KiB, SQLite")
	t.row("insert, 64", k.InsertMany, "group commit")
	t.row("publish, 1 caller", k.Publish, "JetStream, sync always")
	t.row("publish, 64", k.PublishMany, "")
	t.row("turn, 1 caller", k.Turn, "load, decide, save of an aggregate")
	t.row("turn, 64", k.TurnMany, "")
}
