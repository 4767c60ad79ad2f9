package handle

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/errand"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wire"
)

// Story tells all this service knows of one order. An unknown order has an empty story.
func Story(x *errand.Errands) func(context.Context, *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
	return func(ctx context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
		rec, err := x.Orders.Documents().Get(ctx, errand.ID(req.GetMerchant(), req.GetOutOrderNo()))
		if fault.Is(err, fault.NotFound) {
			return &eventv1.StoryReply{}, nil
		}
		if err != nil {
			return nil, err
		}
		o := rec.Doc.State
		reply := &eventv1.StoryReply{Summary: summary(o)}
		for _, s := range o.Steps {
			reply.Entries = append(reply.Entries, entry(s.At, "state", fmt.Sprintf("%s → %s", s.From, s.To), "by", s.By))
		}
		for _, c := range o.Calls {
			reply.Entries = append(reply.Entries, entry(c.At, "call", fmt.Sprintf("WeChat %s: %s", c.Op, cmp.Or(verdicts[c.Verdict], c.Verdict)),
				"request", c.Refund, "saw", c.Saw, "http_status", number(c.HTTPStatus), "code", c.Code, "internal_code", c.InternalCode,
				"request_id", c.RequestID, "took", c.Took.String()))
		}
		for _, r := range o.Rejections {
			reply.Entries = append(reply.Entries, entry(r.At, "rejected", r.Fact+" refused: "+r.Code,
				"request", r.RequestID, "field", r.Field, "rule", r.Reason, "fact_id", r.FactID))
		}
		for _, d := range o.Desk {
			reply.Entries = append(reply.Entries, entry(d.At, "desk", d.Fact, "request", d.RequestID, "outcome", d.Outcome))
		}
		slices.SortStableFunc(reply.Entries, func(a, b *eventv1.StoryEntry) int { return a.GetAt().AsTime().Compare(b.GetAt().AsTime()) })
		return reply, nil
	}
}

func summary(o order.Order) []*eventv1.StoryDetail {
	pairs := []string{
		"state", string(o.State), "reason", o.Reason, "service_id", o.ServiceID, "device_id", o.DeviceID, "store_id", o.StoreID,
		"order_id", o.OrderID,
	}
	if o.Face.RiskFund > 0 { // 0 before a create is made
		pairs = append(pairs, "risk_fund_fen", strconv.FormatInt(int64(o.Face.RiskFund), 10))
	}
	if o.Ended != nil {
		pairs = append(pairs, "total_amount_fen", strconv.FormatInt(int64(o.Ended.Total), 10))
	}
	pairs = append(pairs, "paid_amount_fen", strconv.FormatInt(int64(o.PaidFen), 10))
	var noted money.Fen
	for _, c := range o.Collections {
		if c.ByMerchant { // facepayctl tells by it who has the money
			pairs = append(pairs, "paid_elsewhere_fen", strconv.FormatInt(int64(c.Amount), 10))
			noted += c.Amount
		}
		pairs = append(pairs, "transaction_id", c.TransactionID)
		if c.TransactionID != "" && !c.ByMerchant { // facepayctl refunds all by it
			pairs = append(pairs, "refundable_fen", strconv.FormatInt(int64(max(c.Amount-o.Returning(c.TransactionID), 0)), 10)) // somebody may have refunded in the portal as well
		}
	}
	if o.PaidElsewhere > noted { // WeChat has not taken note of it, or only of what it had not collected itself
		pairs = append(pairs, "said_paid_elsewhere_fen", strconv.FormatInt(int64(o.PaidElsewhere), 10))
	}
	if len(o.Refunds) > 0 {
		pairs = append(pairs, "refunded_amount_fen", strconv.FormatInt(int64(o.RefundedFen), 10))
	}
	for _, r := range o.Refunds {
		words := fmt.Sprintf("%s, %d of %d fen", r.State, r.Amount, r.Total)
		if r.Failure != "" {
			words += " " + r.Failure
		}
		if r.RefundID != "" { // WeChat's support asks for it
			words += ", refund_id " + r.RefundID
		}
		if r.Todo.Op == order.OpRefund {
			words += ", to be sent at " + r.Todo.At.Format(time.RFC3339)
		}
		pairs = append(pairs, "refund "+cmp.Or(r.RequestID, r.OutRefundNo), words)
	}
	if o.Work != nil {
		pairs = append(pairs, "under_way", fmt.Sprintf("%s (%s)", o.Work.Fact, o.Work.RequestID))
	}
	if o.State.Owed() {
		pairs = append(pairs, "pending_since", o.PendingSince.Format(time.RFC3339), "deduction", o.DeductionNote)
	}
	if next := o.Next(); next.Op != "" {
		pairs = append(pairs, "next", fmt.Sprintf("%s at %s", next.Op, next.At.Format(time.RFC3339)))
	}
	for _, a := range o.Alarms {
		pairs = append(pairs, alarm(o, a)...)
	}
	if o.Parked != nil {
		pairs = append(pairs, "waiting", waitsFor(o))
	}
	return details(pairs)
}

// verdicts are words for those that do not speak for themselves.
var verdicts = map[string]string{
	order.Ask.String(): "refused, only a query tells why", order.NotNow.String(): "not now, later again", order.NotOurs.String(): "the number has other content",
}

// alarm tells what a person was told, of which refund, when, and what it means; alarm_over when its wait has ended, as that of a
// refund has once it succeeded.
func alarm(o order.Order, a order.AlarmRaised) []string {
	label, words := "alarm", a.Code
	if a.Refund != "" {
		words += " of refund " + a.Refund
	}
	words += " at " + a.At.Format(time.RFC3339)
	succeeded := func(r order.Refund) bool {
		return r.State == order.RefundSucceeded && cmp.Or(r.RequestID, r.OutRefundNo) == a.Refund
	}
	if a.Over || slices.ContainsFunc(o.Refunds, succeeded) {
		label = "alarm_over"
	}
	zh, en := wire.AlarmText(a.Code)
	return []string{label, words, "alarm_zh", zh, "alarm_en", en}
}

// waitsFor says what a service_ended waits for.
func waitsFor(o order.Order) string {
	if o.State == order.Attempt || o.State == order.Authorising {
		return "a service_ended waits for the face result, or for the customer's wish"
	}
	return "a service_ended waits for its time"
}

func entry(at time.Time, kind, title string, pairs ...string) *eventv1.StoryEntry {
	return &eventv1.StoryEntry{At: timestamppb.New(at), Kind: kind, Title: title, Details: details(pairs)}
}

// details makes label and value of pairs, leaving empty values out.
func details(pairs []string) []*eventv1.StoryDetail {
	var ds []*eventv1.StoryDetail
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			ds = append(ds, &eventv1.StoryDetail{Label: pairs[i], Value: pairs[i+1]})
		}
	}
	return ds
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
