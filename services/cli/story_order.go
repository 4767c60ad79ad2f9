package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/facepay-go/facepay/pkg/money"
)

// orderTeller is the service that owns orders.
const orderTeller = "order-lifecycle"

// Labels by which order-lifecycle's story tells of payments, refunds and requests of the back office.
const (
	labelPayment = "transaction_id"
	labelLeft    = "refundable_fen"
	labelRefund  = "refund "
	labelOutcome = "outcome"
	kindDesk     = "desk"
	titleStatus  = "order.request_status"
	labelAlarm   = "alarm"
	labelOver    = "alarm_over"

	labelTotal     = "total_amount_fen"
	labelPaid      = "paid_amount_fen"
	labelSaid      = "said_paid_elsewhere_fen"
	labelElsewhere = "paid_elsewhere_fen"
	labelBack      = "refunded_amount_fen"
)

// told is a particular of the order as order-lifecycle tells it, empty when it does not.
func (s *Story) told(label string) string {
	for _, d := range s.ofOrder {
		if d.Label == label {
			return d.Value
		}
	}
	return ""
}

// alarmed reports that a person was told of the code, in this wait or one before.
func (s *Story) alarmed(code string) bool {
	return slices.ContainsFunc(s.ofOrder, func(d Detail) bool {
		word, _, _ := strings.Cut(d.Value, " ")
		return (d.Label == labelAlarm || d.Label == labelOver) && word == code
	})
}

// shownState is the order's state, or that nobody told it.
func (s *Story) shownState() string {
	if s.State == "" {
		return "?"
	}
	return s.State
}

// fen is the sum of an order's amounts under one label, 0 when there is none.
func (s *Story) fen(label string) (sum int64) {
	for _, d := range s.ofOrder {
		if amount, err := strconv.ParseInt(d.Value, 10, 64); d.Label == label && err == nil {
			sum += amount
		}
	}
	return sum
}

// shownFen is an amount of the order for people, a dash when there is none.
func (s *Story) shownFen(label string) string {
	fen, err := strconv.ParseInt(s.told(label), 10, 64)
	if err != nil {
		return "-"
	}
	return shown(fen)
}

// payment is one payment by WeChat, with what of it may still be refunded.
type payment struct {
	transaction string
	left        money.Fen
}

// payments are those of the order: each transaction_id is followed by what is left of it.
func (s *Story) payments() []payment {
	var all []payment
	for i, d := range s.ofOrder {
		if d.Label != labelPayment || i+1 >= len(s.ofOrder) || s.ofOrder[i+1].Label != labelLeft {
			continue
		}
		if left, err := strconv.ParseInt(s.ofOrder[i+1].Value, 10, 64); err == nil {
			all = append(all, payment{d.Value, money.Fen(left)})
		}
	}
	return all
}

// printStanding says where the order and its money are.
func (s *Story) printStanding(w io.Writer) {
	if s.State == "" {
		return
	}
	fmt.Fprintf(w, "  %s  %s\n  %s  %s\n", s.State, s.MoneyZH, strings.Repeat(" ", len(s.State)), s.MoneyEN)
}

// printAlarms says what a person was told that goes on: it may be why an answer does not come.
func (s *Story) printAlarms(w io.Writer) {
	goesOn := false
	for _, d := range s.ofOrder {
		switch {
		case d.Label == labelAlarm || d.Label == labelOver:
			if goesOn = d.Label == labelAlarm; goesOn {
				fmt.Fprintf(w, "  alarm %s\n", inBeijing(d.Value))
			}
		case goesOn && explains(d):
			fmt.Fprintf(w, "        %s\n", plain(d.Value))
		}
	}
}

// explains is true for what an alarm before it means.
func explains(d Detail) bool { return d.Label == labelAlarm+"_zh" || d.Label == labelAlarm+"_en" }

// printRefund says where the money of one refund is, if there is such a refund.
func (s *Story) printRefund(w io.Writer, requestID string) {
	state, more, _ := strings.Cut(s.told(labelRefund+requestID), ",")
	if where, ok := returns[state]; ok {
		fmt.Fprintf(w, "  refund %s, %s  %s\n          %s\n", state, inBeijing(more), where.zh, where.en)
	}
}
