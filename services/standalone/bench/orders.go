package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/memory"
	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/control"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// Orders is whole orders through the whole system: kiosk, authinfo, order-lifecycle, the sandbox as WeChat over HTTP, the
// door, and back.
type Orders struct {
	// Orders are measured per round, out of a shop in which Kiosks are never free (window).
	Orders int `json:"orders"`
	Kiosks int `json:"kiosks"`
	// PerS counts orders from the opening of the session to order.paid.
	PerS        Series `json:"per_s"`
	P50MS       Series `json:"p50_ms"`
	P99MS       Series `json:"p99_ms"`
	CPUMS       Series `json:"cpu_ms_per_order"`
	Allocations Series `json:"allocations_per_order"`
	// SignsPerOrder are the RSA private-key operations made for an order, ours and the sandbox's, by the sandbox's journal.
	SignsPerOrder Series `json:"signs_per_order"`
	// SignsPerS is what all cores can make of them and nothing else; Bound is that over SignsPerOrder.
	SignsPerS Series `json:"signs_per_s"`
	Bound     Series `json:"signing_bound_per_s"`
	// ToBound is PerS over Bound.
	ToBound Series `json:"to_bound"`
	// SigningShare is the part of an order's processor time that is signing: what ToBound comes to when no core is idle.
	SigningShare Series `json:"signing_share"`
}

// startStack starts everything on dir, as `facepay run` does and in real time, with nothing of the sandbox's that waits:
// deductions come at once, a user may have any number of orders. One merchant has all kiosks, and the places of all.
// book is where WeChat keeps its own, nil for the disk.
func (r *run) startStack(ctx context.Context, dir string, book docstore.Store) (*stack.Stack, error) {
	return stack.Start(ctx, stack.Options{Dir: dir, Book: book, Log: r.log, Tune: func(c *stack.Configs) {
		c.Sandbox.NoUserLimits, c.Sandbox.DeductAfter = true, time.Millisecond
		c.Authinfo.Requests.Workers, c.Authinfo.Requests.PerMerchant = r.kiosks, r.kiosks
		c.Order.Errands, c.Order.ErrandsPerMerchant = r.kiosks, r.kiosks
	}})
}

func (r *run) orderFlow(ctx context.Context) (_ *Orders, err error) {
	dir := filepath.Join(r.Dir, "orders")
	book := memory.New() // WeChat's disk is not what is measured
	defer func() { err = errors.Join(err, book.Close()) }()
	s, err := r.startStack(ctx, dir, book)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop(context.WithoutCancel(ctx))) }()
	keys, err := sandbox.OpenDevKeys(filepath.Join(dir, "keys"), time.Now())
	if err != nil {
		return nil, err
	}
	shop, err := openShop(ctx, s, r.kiosks)
	if err != nil {
		return nil, err
	}
	defer shop.tracker.Stop()
	report := &Orders{Orders: r.orders, Kiosks: r.kiosks}
	for round := range r.Rounds {
		if err := r.orderRound(ctx, shop, fmt.Sprintf("BENCH%d", round), keys.Merchant(stack.MchID), report); err != nil {
			return nil, err
		}
	}
	for i, signs := range report.SignsPerS {
		report.Bound = append(report.Bound, signs/report.SignsPerOrder[i])
	}
	report.ToBound = report.PerS.over(report.Bound)
	return report, nil
}

func (r *run) orderRound(ctx context.Context, s *shop, name string, keys sandbox.Merchant, report *Orders) error {
	r.tell("orders %s: signing alone", name)
	before, first, err := signatures(keys.PublicKeyPrivate, r.steady)
	if err != nil {
		return err
	}
	r.tell("orders %s: %d orders", name, r.orders)
	w := r.newWindow()
	if err := w.measure(ctx, s, name); err != nil {
		return err
	}
	after, second, err := signatures(keys.PublicKeyPrivate, r.steady)
	if err != nil {
		return err
	}
	signs, err := s.signs(ctx, name, w.served)
	if err != nil {
		return err
	}
	report.PerS = append(report.PerS, rate(len(w.served), w.spent.wall))
	report.P50MS = append(report.P50MS, milliseconds(percentile(w.took, 50)))
	report.P99MS = append(report.P99MS, milliseconds(percentile(w.took, 99)))
	cpu, allocations := w.spent.each(len(w.served))
	report.CPUMS, report.Allocations = append(report.CPUMS, cpu), append(report.Allocations, allocations)
	report.SignsPerS = append(report.SignsPerS, (before+after)/2)
	perOrder := float64(signs) / float64(len(w.served))
	report.SignsPerOrder = append(report.SignsPerOrder, perOrder)
	report.SigningShare = append(report.SigningShare, perOrder*(first+second)/2/cpu)
	return nil
}

// signs counts the RSA signatures made for a round's orders: WeChat's journal holds every call — signed by us, and its
// answer by WeChat (wechat-protocol.md §1.2, §1.3) — and every try of every callback, signed anew each time.
func (s *shop) signs(ctx context.Context, name string, served []int) (signs int, err error) {
	for _, i := range served {
		of := url.Values{"out_order_no": {numberOf(name, i)}}
		var calls control.Requests
		if err := s.Get(ctx, "/control/wechat/requests", of, &calls); err != nil {
			return 0, err
		}
		var told struct {
			Notices []control.NoticeRow `json:"notices"`
		}
		if err := s.Get(ctx, "/control/wechat/notices", of, &told); err != nil {
			return 0, err
		}
		for _, c := range calls.Calls {
			if signs++; c.Status != 0 {
				signs++
			}
		}
		for _, notice := range told.Notices {
			signs += len(notice.Attempts)
		}
	}
	return signs, nil
}

func (o *Orders) print(t table) {
	t.heading("ORDERS\t\t  %d orders at %d kiosks; kiosks, all services, broker, stores and WeChat (sandbox, its book in memory) in this process", o.Orders, o.Kiosks)
	t.row("orders", o.PerS, "/s, from the session to order.paid")
	t.row("p50", o.P50MS, fmt.Sprintf("ms, of which the customer stays %v", stay))
	t.row("p99", o.P99MS, "ms")
	t.row("processor", o.CPUMS, "ms per order")
	t.row("allocations", o.Allocations, "per order")
	t.row("signatures", o.SignsPerOrder, "RSA-2048 per order, ours and WeChat's")
	t.row("signing alone", o.SignsPerS, "/s on all cores")
	t.row("signing bound", o.Bound, "orders/s if nothing else took time")
	t.row("orders / bound", o.ToBound, "×")
	t.row("signing share", o.SigningShare, "of an order's processor time: the ratio when no core is idle")
}
