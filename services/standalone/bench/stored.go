package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// Stored is what an order costs among those that lie in the stores already, of the services and of the sandbox.
type Stored struct {
	// Orders are measured at each size and in each round.
	Orders int    `json:"orders"`
	Sizes  []Size `json:"sizes"`
	// CPUGrowth is the processor time of an order at the largest size over that at the smallest; WallGrowth the same of
	// the time it took.
	CPUGrowth  Series `json:"cpu_growth"`
	WallGrowth Series `json:"wall_growth"`
}

// Size is the cost at one number of stored orders.
type Size struct {
	Stored int    `json:"stored"`
	CPUMS  Series `json:"cpu_ms_per_order"`
	WallMS Series `json:"wall_ms_per_order"`
}

// template is the order that the stores are filled with. Its number is as long as those of the copies.
const template = "TMPLTE"

func (r *run) storedOrdersCost(ctx context.Context) (*Stored, error) {
	report := &Stored{Orders: r.storedOrders}
	for _, n := range r.stored {
		r.tell("stored: making %d orders", n)
		if err := r.fill(ctx, r.sizeDir(n), n); err != nil {
			return nil, fmt.Errorf("making %d orders: %w", n, err)
		}
		report.Sizes = append(report.Sizes, Size{Stored: n})
	}
	for round := range r.Rounds {
		for i := range report.Sizes {
			size := &report.Sizes[i]
			r.tell("stored %d: %d orders among %d", round, r.storedOrders, size.Stored)
			if err := r.among(ctx, round, size); err != nil {
				return nil, fmt.Errorf("among %d orders: %w", size.Stored, err)
			}
		}
	}
	first, last := report.Sizes[0], report.Sizes[len(report.Sizes)-1]
	report.CPUGrowth, report.WallGrowth = last.CPUMS.over(first.CPUMS), last.WallMS.over(first.WallMS)
	return report, nil
}

func (r *run) sizeDir(n int) string { return filepath.Join(r.Dir, fmt.Sprintf("stored%d", n)) }

// fill makes a data folder with n orders that are over: one runs, the others are its copies.
func (r *run) fill(ctx context.Context, dir string, n int) error {
	err := r.withShop(ctx, dir, func(s *shop) error {
		if err := s.serve(ctx, template, 1, 1); err != nil {
			return err
		}
		return over(ctx, dir, numberOf(template, 0))
	})
	if err != nil {
		return err
	}
	return seed(ctx, dir, numberOf(template, 0), n-1)
}

// over waits until nothing waits any more for an order in any store: its events are acknowledged and dropped.
func over(ctx context.Context, dir, number string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	files, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil {
		return err
	}
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for _, file := range files {
		for waits := errors.New("not looked yet"); waits != nil; {
			select {
			case <-look.C:
				waits = quiet(ctx, file, number)
			case <-ctx.Done():
				return waits
			}
		}
	}
	return nil
}

func quiet(ctx context.Context, file, number string) (err error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_query_only=1&_busy_timeout=5000")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = rowsOf(ctx, db, number)
	return err
}

// among measures orders in the folder of a size.
func (r *run) among(ctx context.Context, round int, size *Size) error {
	return r.withShop(ctx, r.sizeDir(size.Stored), func(s *shop) error {
		if err := s.serve(ctx, fmt.Sprintf("WARM%d%d", round, size.Stored), min(r.kiosks, r.storedOrders), r.kiosks); err != nil {
			return err
		}
		took := begin()
		if err := s.serve(ctx, fmt.Sprintf("AMONG%d%d", round, size.Stored), r.storedOrders, r.kiosks); err != nil {
			return err
		}
		spent := took.end()
		cpu, _ := spent.each(r.storedOrders)
		size.CPUMS = append(size.CPUMS, cpu)
		size.WallMS = append(size.WallMS, milliseconds(spent.wall)/float64(r.storedOrders))
		return nil
	})
}

// withShop runs a stack on dir while the shop is open.
func (r *run) withShop(ctx context.Context, dir string, serve func(*shop) error) (err error) {
	s, err := r.startStack(ctx, dir, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop(context.WithoutCancel(ctx))) }()
	shop, err := openShop(ctx, s, r.kiosks)
	if err != nil {
		return err
	}
	defer shop.tracker.Stop()
	return serve(shop)
}

func (s *Stored) print(t table) {
	t.heading("STORED\t\t  %d orders on top of so many", s.Orders)
	for _, size := range s.Sizes {
		t.row(fmt.Sprintf("%d stored", size.Stored), size.CPUMS, "ms of processor per order")
		t.row("", size.WallMS, "ms per order")
	}
	t.row("growth, processor", s.CPUGrowth, "× from the first to the last")
	t.row("growth, time", s.WallGrowth, "×")
}
