package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/facepay-go/facepay/pkg/service/servicetest"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

func TestEveryCommandOfTheDeskPublishesTheBackOfficesFactAndTellsWhatBecameOfIt(t *testing.T) {
	byMerchant := []*orderv1.Collection{{AmountFen: 350, PaidBy: orderv1.PaidBy_PAID_BY_MERCHANT}}
	byWeChat := []*orderv1.Collection{{TransactionId: "4200001", AmountFen: 350, PaidBy: orderv1.PaidBy_PAID_BY_WECHAT}}
	byBoth := []*orderv1.Collection{{AmountFen: 250, PaidBy: orderv1.PaidBy_PAID_BY_MERCHANT}, {TransactionId: "4200001", AmountFen: 100, PaidBy: orderv1.PaidBy_PAID_BY_WECHAT}}
	for name, c := range map[string]struct {
		summary []string
		args    []string
		fact    deskFact
		answer  proto.Message
		code    int
		says    []string
	}{
		"cancel": {theOrder(), []string{"cancel", "N1", "--reason", "误操作"},
			&deskv1.CancelRequested{Reason: "误操作"}, &orderv1.OrderRevoked{Reason: "desk_cancel"}, 0, []string{"已在微信侧撤销", "cancelled at WeChat"}},
		"cancel before it is sent": {[]string{"state", "ATTEMPT"}, []string{"cancel", "N1"},
			&deskv1.CancelRequested{}, &orderv1.OrderAbandoned{Reason: "desk_cancel"}, 0, []string{"no money was involved"}},
		"cancel what was never opened": {[]string{"state", "OPENING"}, []string{"cancel", "N1"},
			&deskv1.CancelRequested{}, &orderv1.OrderRefused{Reason: "risk"}, 0, []string{"nothing to cancel"}},
		"cancel, the payment comes first": {theOrder(), []string{"cancel", "N1"},
			&deskv1.CancelRequested{}, &orderv1.OrderPaid{PaidAmountFen: 350, Collections: byWeChat}, 1, []string{"3.50 元", "the payment came first", "already_paid"}},
		"modify": {theOrder(), []string{"modify", "N1", "--item", "矿泉水=300,550ml x2", "--item", "面包=100x1", "--discount", "会员价=100,会员优惠", "--reason", "少取一件"},
			&deskv1.AmountModifyRequested{TotalAmountFen: fen(300), Reason: "少取一件",
				PostPayments: []*kioskv1.Payment{
					{Name: "矿泉水", AmountFen: fen(300), Description: "550ml", Count: 2}, {Name: "面包", AmountFen: fen(100), Count: 1},
				},
				PostDiscounts: []*kioskv1.Discount{{Name: "会员价", AmountFen: fen(100), Description: "会员优惠"}}},
			&orderv1.OrderModified{OldTotalAmountFen: 350, TotalAmountFen: 300}, 0,
			[]string{"4.00 元 - 1.00 元 = 3.00 元", "金额已由 3.50 元 改为 3.00 元", "lowered from 3.50 元 to 3.00 元"}},
		"paid elsewhere": {theOrder(), []string{"paid-elsewhere", "N1", "--paid-at", "2026-03-01 21:05:00"},
			&deskv1.PaidElsewhere{PaidAt: at(time.Date(2026, 3, 1, 13, 5, 0, 0, time.UTC))},
			&orderv1.OrderPaid{PaidAmountFen: 350, Collections: byMerchant}, 0, []string{"settled as paid to the merchant", "3.50 元"}},
		"paid elsewhere, and WeChat collected too": {theOrder(), []string{"paid-elsewhere", "N1", "--paid-at", "2026-03-01T13:05:00Z"},
			&deskv1.PaidElsewhere{PaidAt: at(time.Date(2026, 3, 1, 13, 5, 0, 0, time.UTC))},
			&orderv1.OrderPaid{PaidAmountFen: 350, Collections: byWeChat}, 0, []string{"重复付款", "goes back by itself"}},
		"the rest was paid elsewhere": {thePartlyPaidOrder(), []string{"paid-elsewhere", "N1", "--paid-at", "2026-03-01T13:05:00Z", "--rest"},
			&deskv1.PaidElsewhere{PaidAt: at(time.Date(2026, 3, 1, 13, 5, 0, 0, time.UTC)), AmountFen: fen(250)},
			&orderv1.OrderPaid{TotalAmountFen: 350, PaidAmountFen: 350, Collections: byBoth}, 0, []string{"已收 1.00 元", "2.50 元 to the merchant, 1.00 元 by WeChat\n"}},
		"the whole was paid elsewhere": {thePartlyPaidOrder(), []string{"paid-elsewhere", "N1", "--paid-at", "2026-03-01T13:05:00Z", "--whole"},
			&deskv1.PaidElsewhere{PaidAt: at(time.Date(2026, 3, 1, 13, 5, 0, 0, time.UTC)), AmountFen: fen(350)},
			&orderv1.OrderPaid{TotalAmountFen: 350, PaidAmountFen: 350, Collections: byBoth}, 0, []string{"3.50 元 to the merchant, 1.00 元 by WeChat", "paid twice goes back by itself"}},
		"collect": {theOrder(), []string{"collect", "N1"},
			&deskv1.CollectRequested{}, &orderv1.OrderCollectRequested{TotalAmountFen: 350}, 0, []string{"3.50 元", "尚未收齐", "not all in yet"}},
		"collect what is paid meanwhile": {theOrder(), []string{"collect", "N1"},
			&deskv1.CollectRequested{}, &orderv1.OrderPaid{PaidAmountFen: 350, Collections: byWeChat}, 0, []string{"the money is in: 3.50 元"}},
		"refund in yuan": {thePaidOrder(), []string{"refund", "N1", "--yuan", "1.05", "--reason", "商品破损"},
			&deskv1.RefundRequested{AmountFen: 105, Reason: "商品破损"}, &orderv1.OrderRefunded{AmountFen: 105, RefundedAmountFen: 205}, 0, []string{"1.05 元", "2.05 元 of this order in all"}},
		"refund all that is left": {thePaidOrder(), []string{"refund", "N1", "--all"},
			&deskv1.RefundRequested{AmountFen: 250, TransactionId: "4200001"}, &orderv1.OrderRefunded{AmountFen: 250, RefundedAmountFen: 350}, 0, []string{"已退回用户 2.50 元"}},
		"refund that fails": {thePaidOrder(), []string{"refund", "N1", "--fen", "100", "--transaction", "4200001"},
			&deskv1.RefundRequested{AmountFen: 100, TransactionId: "4200001"},
			&orderv1.OrderRefundFailed{AmountFen: 100, Reason: "abnormal", TextZh: "款项无法退回", TextEn: "cannot be credited"}, 1, []string{"款项无法退回", "refund_abnormal", "cannot be credited"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, c.summary...)
			s.answers(func(f deskFact, _ string) []proto.Message {
				answer := proto.Clone(c.answer)
				address(answer, "N1", f.GetRequestId())
				return []proto.Message{answer}
			})
			got := s.types(append([]string{"order"}, c.args...)...)
			got.shows(t, c.code, append(c.says, "request-id  cli-")...)
			facts := s.asked("N1")
			if len(facts) != 1 {
				t.Fatalf("%d facts are stored", len(facts))
			}
			if facts[0].GetOccurredAt() == nil || !requestIDs.MatchString(facts[0].GetRequestId()) {
				t.Errorf("asked at %v as %q", facts[0].GetOccurredAt(), facts[0].GetRequestId())
			}
			address(c.fact, "N1", facts[0].GetRequestId())
			if diff := cmp.Diff(c.fact, facts[0], protocmp.Transform(), protocmp.IgnoreFields(c.fact, "occurred_at")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// address fills in what all messages about an order have.
func address(m proto.Message, number, requestID string) {
	r := m.ProtoReflect()
	for name, value := range map[string]string{"merchant": "m", "out_order_no": number, "device_id": "K1", "request_id": requestID} {
		for i := range r.Descriptor().Fields().Len() {
			if f := r.Descriptor().Fields().Get(i); string(f.Name()) == name {
				r.Set(f, protoreflect.ValueOfString(value))
			}
		}
	}
}

func TestARepeatWithTheSameNumberAsksForNothingNewAndFindsItsAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		summary []string
		args    []string
		answer  proto.Message
	}{
		"all of a payment": {thePaidOrder(), []string{"order", "refund", "N1", "--all"}, &orderv1.OrderRefunded{AmountFen: 250, RefundedAmountFen: 350}},
		"paid just now":    {theOrder(), []string{"order", "paid-elsewhere", "N1", "--paid-at", "now"}, &orderv1.OrderPaid{PaidAmountFen: 350}},
		"a cancel":         {theOrder(), []string{"order", "cancel", "N1"}, &orderv1.OrderRevoked{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, c.summary...)
			address(c.answer, "N1", "rid-1")
			line := append(c.args, "--request-id", "rid-1")
			s.types(append(line, "--wait", "0s")...).shows(t, 2, "--request-id rid-1")
			s.summary = []string{"state", "PAID", "transaction_id", "4200001", "refundable_fen", "0"}
			<-time.After(10 * time.Millisecond) // the command's clock shows another moment, so that a new fact would have other bytes
			s.answers(once(c.answer))
			first := s.types(line...)
			first.shows(t, 0, "looking for its answer")
			if again := s.types(line...); again.code != 0 || again.out != first.out {
				t.Errorf("once more: %+v", again)
			}
			if n := len(s.asked("N1")); n != 1 {
				t.Errorf("%d facts are stored", n)
			}
		})
	}
}

func TestASecondRequestForTheSameIsMadeAndNotedAsSuch(t *testing.T) {
	s := newStage(t, thePaidOrder()...)
	s.answers(func(f deskFact, _ string) []proto.Message {
		m := &orderv1.OrderRefunded{AmountFen: 100}
		address(m, "N1", f.GetRequestId())
		return []proto.Message{m}
	})
	const note = "this is another request"
	s.types("order", "refund", "N1", "--fen", "100", "--request-id", "rid-1").shows(t, 0)
	s.types("order", "refund", "N1", "--fen", "100", "--request-id", "rid-2", "--dry-run").shows(t, 0, "相同的请求（请求号 rid-1）", note)
	for _, line := range [][]string{
		{"order", "refund", "N1", "--fen", "101", "--request-id", "rid-2"}, {"order", "refund", "N1", "--fen", "100", "--request-id", "rid-1"},
	} {
		if got := s.types(line...); got.code != 0 || strings.Contains(got.out, note) {
			t.Errorf("%v: %+v", line, got)
		}
	}
}

func TestANumberUsedForSomethingElseIsRefusedAndNothingIsPublished(t *testing.T) {
	s := newStage(t, thePaidOrder()...)
	s.answers(once(&orderv1.OrderRefunded{Merchant: "m", OutOrderNo: "N1", RequestId: "rid-1", AmountFen: 100}))
	s.types("order", "refund", "N1", "--fen", "100", "--request-id", "rid-1").shows(t, 0)
	for _, other := range [][]string{
		{"order", "refund", "N1", "--fen", "101", "--request-id", "rid-1"}, {"order", "cancel", "N1", "--request-id", "rid-1"},
	} {
		s.types(other...).shows(t, 1, "request_id_conflict")
	}
	if n := len(s.asked("N1")); n != 1 {
		t.Errorf("%d facts are stored", n)
	}
}

func TestARefusalIsToldWithItsRuleAndTheStateOfTheOrder(t *testing.T) {
	s := newStage(t, theOrder()...)
	s.answers(func(f deskFact, id string) []proto.Message {
		rejected := func(factID, code string) *orderv1.FactRejected {
			return &orderv1.FactRejected{
				Merchant: "m", OutOrderNo: "N1", FactId: factID, Fact: "amount_modify_requested", State: "PAYMENT_PENDING", RequestId: f.GetRequestId(),
				Problem: &eventv1.Problem{Code: code, Field: "total_amount_fen", Text: "must be below the present total of 350"},
			}
		}
		return []proto.Message{rejected(id, "modify_upwards")}
	})
	line := []string{"order", "modify", "N1", "--item", "水=400", "--reason", "x", "--request-id", "rid-1"}
	words := []string{"请求被拒绝", "changed nothing", "PAYMENT_PENDING", "微信正在向用户收款", "modify_upwards [total_amount_fen]: must be below the present total of 350"}
	s.types(line...).shows(t, 1, words...)
	<-time.After(10 * time.Millisecond) // the command's clock shows another moment
	s.types(line...).shows(t, 1, append(words, "looking for its answer")...)
}

func TestTheAnswersToOtherRequestsAndToEarlierOnesAreNotTaken(t *testing.T) {
	others := func(f deskFact) []proto.Message {
		all := []proto.Message{
			&orderv1.OrderModified{TotalAmountFen: 1}, &orderv1.OrderCollectRequested{TotalAmountFen: 1},
			&orderv1.OrderRefunded{AmountFen: 1}, &orderv1.OrderRefundFailed{AmountFen: 1},
		}
		for _, m := range all {
			address(m, "N1", "another")
		}
		rejected := &orderv1.FactRejected{FactId: "another"} // the same number with another content
		address(rejected, "N1", f.GetRequestId())
		return append(all, rejected)
	}
	for name, c := range map[string]struct {
		args   []string
		answer proto.Message
	}{
		"collect": {[]string{"collect", "N1"}, &orderv1.OrderCollectRequested{TotalAmountFen: 349}},
		"modify":  {[]string{"modify", "N1", "--item", "水=349", "--reason", "x"}, &orderv1.OrderModified{TotalAmountFen: 349}},
		"refund":  {[]string{"refund", "N1", "--fen", "349"}, &orderv1.OrderRefunded{AmountFen: 349}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, theOrder()...)
			old := &orderv1.OrderPaid{PaidAmountFen: 1}
			address(old, "N1", "")
			servicetest.Publish(t, s.bus, "old", when, old)
			s.answers(func(f deskFact, _ string) []proto.Message {
				address(c.answer, "N1", f.GetRequestId())
				return append(others(f), c.answer)
			})
			got := s.types(append([]string{"order"}, c.args...)...)
			if got.shows(t, 0, "3.49 元"); strings.Contains(got.out, "0.01 元") {
				t.Error("it took the answer to another request, or one that is older", got.out)
			}
		})
	}
}

func TestADryRunShowsTheFactAndPublishesNothing(t *testing.T) {
	s := newStage(t, thePaidOrder()...)
	got := s.types("order", "refund", "N1", "--yuan", "3.50", "--dry-run")
	got.shows(t, 0, "facepay.desk.refund_requested.m.N1", "\"350\"", "cli-", "nothing was published")
	if n := len(s.asked("N1")); n != 0 {
		t.Errorf("%d facts are stored", n)
	}
}

func TestNothingIsAskedForAboutANumberNobodyHeardOf(t *testing.T) {
	s := newStage(t)
	for _, line := range [][]string{{"order", "cancel", "N2"}, {"order", "cancel", "N2", "--merchant", "m"}} {
		s.types(line...).shows(t, 1, "order_not_found")
	}
	if n := len(s.asked("N2")); n != 0 {
		t.Errorf("%d facts are stored", n)
	}
}

func TestWhatIsWrongInACommandOfTheDeskIsNamedBeforeAnythingIsPublished(t *testing.T) {
	s := newStage(t, thePaidOrder()...)
	for word, args := range map[string][]string{
		"[--yuan]":             {"refund", "N1", "--yuan", "3.505"},
		"--yuan, in fen":       {"refund", "N1", "--yuan", "-3.50"},
		"--fen":                {"refund", "N1", "--fen", "0"},
		"if any flags":         {"refund", "N1", "--fen", "1", "--all"},
		"at least one":         {"refund", "N1"},
		"invalid argument":     {"refund", "N1", "--fen", "3.50"},
		"transaction_unknown":  {"refund", "N1", "--all", "--transaction", "4200002"},
		"total_amount_formula": {"modify", "N1", "--item", "水=100", "--discount", "券=200,八折", "--reason", "x"},
		"--request-id":         {"cancel", "N1", "--request-id", "a b"},
		"--wait":               {"cancel", "N1", "--wait", "2h"},
		"item_malformed":       {"modify", "N1", "--item", "水350", "--reason", "x"},
		"fen, 0 or more":       {"modify", "N1", "--item", "水=3.50", "--reason", "x"},
		"--item count":         {"modify", "N1", "--item", "水=350x101", "--reason", "x"},
		"modify_to_zero":       {"modify", "N1", "--item", "水=350", "--discount", "全免=350,全免", "--reason", "x"},
		"amount_overflow":      {"modify", "N1", "--item", "水=9223372036854775807", "--item", "茶=1", "--reason", "x"},
		"flag(s) \"item\"":     {"modify", "N1", "--reason", "x"},
		"flag(s) \"reason\"":   {"modify", "N1", "--item", "水=350"},
		"time_malformed":       {"paid-elsewhere", "N1", "--paid-at", "yesterday"},
	} {
		s.types(append([]string{"order"}, args...)...).shows(t, 1, word)
	}
	s.summary = []string{"state", "PAID", "transaction_id", "4200001", "refundable_fen", "0"}
	s.types("order", "refund", "N1", "--all").shows(t, 1, "nothing is left of payment 4200001")
	s.summary = append(s.summary, "transaction_id", "4200002", "refundable_fen", "10")
	s.types("order", "refund", "N1", "--all").shows(t, 1, "transaction_ambiguous")
	if n := len(s.asked("N1")); n != 0 {
		t.Errorf("%d facts are stored", n)
	}
}

func TestWhatIsToGoBackIsNeverGuessed(t *testing.T) {
	for name, c := range map[string]struct {
		summary []string
		args    []string
		says    string
	}{
		"paid elsewhere, beside a part": {thePartlyPaidOrder(), []string{"paid-elsewhere", "N1", "--paid-at", "now"}, "paid_elsewhere_amount [--rest]: WeChat has collected 1.00 元 of 3.50 元"},
		"all of what is not paid":       {thePartlyPaidOrder(), []string{"refund", "N1", "--all"}, "not_paid [--all]: the order is PAYMENT_PENDING"},
		"all of what is not WeChat's":   {[]string{"state", "PAID", "paid_amount_fen", "350", "paid_elsewhere_fen", "350"}, []string{"refund", "N1", "--all"}, "nothing_to_refund [--all]: WeChat collected nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, c.summary...)
			s.types(append([]string{"order"}, c.args...)...).shows(t, 1, c.says)
			if n := len(s.asked("N1")); n != 0 {
				t.Errorf("%d facts are stored", n)
			}
		})
	}
}
