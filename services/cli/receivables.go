package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/service"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// pageOfReceivables is how many receivables one request asks for, and how many are shown without --all.
const pageOfReceivables = 100

func receivablesCommand() *cobra.Command {
	var merchant string
	var olderThan time.Duration
	var all bool
	cmd := &cobra.Command{
		Use: "receivables --merchant M", Short: "orders that WeChat collects and has not got in full, and services that run for too long, oldest first (应收)", Args: cobra.NoArgs,
		Long: `Lists the orders that WeChat collects (待支付), oldest first, with the sum of what is still out. The first 100, unless --all pages
through all of them. Some may be paid while the list is read. A service that runs for too long (IN_SERVICE) is listed without a
total: its end may be lost. One that the customer paid by other means (SYNCING) is listed until WeChat takes note of it.
列出微信正在收款、尚未收齐的订单（应收），按账龄从老到新，最后合计未收金额。默认前 100 笔，--all 列出全部。
服务时间过长的订单（IN_SERVICE）也列出，金额未定；用户已另行付款的订单（SYNCING）在微信接受之前仍列出。`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := Within("--older-than, in seconds", int64(olderThan/time.Second), 0, int64(10*365*24*time.Hour/time.Second)); err != nil {
				return err
			}
			return connected(cmd, func(ctx context.Context, b *bus.Bus) error {
				now := time.Now()
				l := ledger{now: now, olderThan: olderThan}
				if err := l.read(ctx, b, merchant, all); err != nil {
					return err
				}
				return l.print(cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().StringVar(&merchant, "merchant", "", "our merchant id")
	cmd.Flags().DurationVar(&olderThan, "older-than", 0, "only what has been collected for longer than that: 24h")
	cmd.Flags().BoolVar(&all, "all", false, "page through all of them")
	_ = cmd.MarkFlagRequired("merchant") // the flag exists
	return cmd
}

// ledger is a list of receivables, oldest first.
type ledger struct {
	now       time.Time
	olderThan time.Duration
	open      []*orderv1.Receivable
	// more is true when there are further ones that were not asked for.
	more bool
}

// read pages through the receivables that are old enough; they come oldest first, so the first that is too young ends it.
func (l *ledger) read(ctx context.Context, b *bus.Bus, merchant string, all bool) error {
	for after := ""; ; {
		var page orderv1.ReceivablesReply
		req := &orderv1.ReceivablesRequest{Merchant: merchant, Limit: pageOfReceivables, After: after}
		if err := service.Call(ctx, b.Conn(), orderTeller, "receivables", req, &page); err != nil {
			return err
		}
		for _, r := range page.GetReceivables() {
			if l.age(r) < l.olderThan {
				return nil
			}
			l.open = append(l.open, r)
		}
		switch after = page.GetNext(); {
		case after == "":
			return nil
		case !all:
			l.more = true
			return nil
		}
	}
}

// print writes the table and its sums. An overflow of a sum is Terminal.
func (l *ledger) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "NUMBER\tAGE\tTOTAL 元\tPAID 元\tSTATE\tDEVICE\tNOTE")
	var totals, paids []money.Fen
	for _, r := range l.open {
		total, paid := money.Fen(r.GetTotalAmountFen()), money.Fen(r.GetPaidAmountFen())
		totals, paids = append(totals, total), append(paids, paid)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.GetOutOrderNo(), shownAge(l.age(r)),
			total.Yuan(), paid.Yuan(), r.GetState(), dash(plain(r.GetDeviceId())), dash(noteOf(r)))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	total, err := money.Sum(totals...)
	if err != nil {
		return err
	}
	paid, err := money.Sum(paids...)
	if err != nil {
		return err
	}
	out, err := money.Sub(total, paid)
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "amount_overflow", "summing up")
	}
	says("共 %d 笔，应收 %s 元，已收 %s 元，未收 %s 元", "%d receivables: total %s 元, paid %s 元, still out %s 元").
		with(len(l.open), total.Yuan(), paid.Yuan(), out.Yuan()).print(w)
	if l.more {
		says("还有更多：--all 列出全部", "there are more: --all lists all of them").print(w)
	}
	return nil
}

// notes say of a state in the list what its amounts do not.
var notes = map[string]string{
	"IN_SERVICE": "服务时间过长，可能丢失了结束 / runs for too long, its end may be lost",
	"SYNCING":    "用户已另行付款，正在告知微信 / paid by other means, WeChat is being told",
}

// noteOf is what is noted of a receivable for people.
func noteOf(r *orderv1.Receivable) string {
	parts := slices.DeleteFunc([]string{plain(r.GetNote()), notes[r.GetState()]}, func(s string) bool { return s == "" })
	return strings.Join(parts, "; ")
}

// age is how long WeChat has been collecting; 0 when the service's clock is ahead of ours.
func (l *ledger) age(r *orderv1.Receivable) time.Duration {
	return max(l.now.Sub(r.GetPendingSince().AsTime()), 0)
}

// shownAge is an age for people: 3d4h, 5h07m, 12m, 40s.
func shownAge(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		return fmt.Sprintf("%dd%dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Minute:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
