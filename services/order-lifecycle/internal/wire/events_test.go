package wire

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

var at = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// source walks the code of a package of this service.
func source(t *testing.T, dir string, visit func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal("no source in", dir, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool { visit(n); return true })
	}
}

// codes are the constant first arguments of calls to a method of that name.
func codes(t *testing.T, method string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	source(t, "../order", func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != method {
			return
		}
		if word, ok := call.Args[0].(*ast.BasicLit); ok {
			code, err := strconv.Unquote(word.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[code] = true
		} else if method == "alarm" || method == "alarmOf" {
			t.Errorf("an alarm code is not a constant: %v", call.Args[0])
		}
	})
	return found
}

var han = regexp.MustCompile(`\p{Han}`)

func wantTexts(t *testing.T, code string, s text) {
	t.Helper()
	if !han.MatchString(s.zh) || s.en == "" || han.MatchString(s.en) {
		t.Errorf("%s: %q, %q", code, s.zh, s.en)
	}
}

func TestEveryAlarmHasItsTextsAndEveryTextItsAlarm(t *testing.T) {
	used := codes(t, "alarm")
	maps.Copy(used, codes(t, "alarmOf"))
	if len(used) < 20 {
		t.Fatalf("found only %v", used)
	}
	for code := range used {
		wantTexts(t, code, alarmTexts[code])
	}
	for code := range alarmTexts {
		if !used[code] {
			t.Errorf("no alarm %s is raised", code)
		}
	}
}

func TestEveryReasonOfARefusalHasATextForTheUserThatKeepsThePrivateOne(t *testing.T) {
	used := codes(t, "refuse")
	source(t, "../wechat", func(n ast.Node) {
		r, ok := n.(*ast.ReturnStmt) // return order.Refusal, "risk"
		if !ok || len(r.Results) != 2 {
			return
		}
		verdict, isVerdict := r.Results[0].(*ast.SelectorExpr)
		word, isWord := r.Results[1].(*ast.BasicLit)
		if isVerdict && isWord && verdict.Sel.Name == "Refusal" {
			reason, _ := strconv.Unquote(word.Value)
			used[reason] = true
		}
	})
	if len(used) < 10 {
		t.Fatalf("found only %v", used)
	}
	for reason := range used {
		wantTexts(t, reason, userText(reason))
	}
	for reason := range userTexts {
		if !used[reason] {
			t.Errorf("no order is refused for %s", reason)
		}
	}
	if userText("risk") != otherUserText || userText("youth_mode") != otherUserText {
		t.Error("the user is told what WeChat thinks of him (wechat-protocol.md §6.2)")
	}
}

// aPaidOrder has something in every field that an event shows.
func aPaidOrder() *order.Order {
	o := order.New("acme", "N1")
	o.DeviceID, o.ServiceID, o.OrderID, o.PaidFen = "K1", "500001", "W1", 400
	o.Ended = &order.End{Total: 350}
	o.PendingSince, o.RefundedFen = at, 100
	o.Collections = []order.Collection{{TransactionID: "T1", Amount: 300, PaidAt: at}, {Amount: 100, ByMerchant: true}}
	return &o
}

func aRefund() order.Refund {
	return order.Refund{RequestID: "r1", TransactionID: "T1", Amount: 100, RefundID: "R1", Failure: "abnormal", RefundedAt: at}
}

func TestEveryEventHasItsMessage(t *testing.T) {
	events := map[string]order.Event{
		"Opened": order.Opened{}, "WasRefused": order.WasRefused{Reason: "risk"}, "WasAbandoned": order.WasAbandoned{Reason: "user_cancel"},
		"IsCompleting": order.IsCompleting{Total: 350}, "IsPending": order.IsPending{Total: 350}, "WasPaid": order.WasPaid{},
		"WasFree": order.WasFree{}, "WasRevoked": order.WasRevoked{Reason: "open_timeout"},
		"IsAwaitingConfirm": order.IsAwaitingConfirm{Before: at}, "HasAged": order.HasAged{Age: time.Hour},
		"WasModified": order.WasModified{RequestID: "d1", Old: 350, New: 300}, "WasHurried": order.WasHurried{RequestID: "d1"},
		"WasExpired": order.WasExpired{}, "WasRefunded": order.WasRefunded{Refund: aRefund()}, "RefundFailed": order.RefundFailed{Refund: aRefund()},
		"WasRejected":   order.WasRejected{Rejection: order.Rejection{Fact: "service_ended", FactID: "id1", RequestID: "d1", Code: "total_amount_cap", Field: "total_amount_fen", Reason: "too much"}, State: order.InService},
		"WasAskedAgain": order.WasAskedAgain{Request: order.DeskRequest{RequestID: "d1", Fact: "refund_requested", At: at, Outcome: "order.refunded"}},
		"Alarm":         order.Alarm{Code: "number_taken"},
	}
	kinds := 0
	source(t, "../order", func(n ast.Node) {
		f, ok := n.(*ast.FuncDecl)
		if !ok || f.Name.Name != "event" || f.Recv == nil {
			return
		}
		kinds++
		if name := f.Recv.List[0].Type.(*ast.Ident).Name; events[name] == nil {
			t.Errorf("%s has no example here", name)
		}
	})
	if kinds != len(events) {
		t.Errorf("%d kinds of events, %d examples", kinds, len(events))
	}
	for name, e := range events {
		m := Events(aPaidOrder(), at, []order.Event{e})[0]
		sent, err := event.New(t.Context(), "id", at, m)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		fields := m.ProtoReflect().Descriptor().Fields()
		for i := range fields.Len() {
			if f := fields.Get(i); !m.ProtoReflect().Has(f) && f.Name() != "risk_amount_fen" {
				t.Errorf("%s: %s is empty", name, f.Name())
			}
		}
		if !strings.HasSuffix(sent.Subject, ".acme.N1.K1") {
			t.Errorf("%s goes to %s", name, sent.Subject)
		}
	}
}

func TestAPaymentNamesItsParts(t *testing.T) {
	got := Events(aPaidOrder(), at, []order.Event{order.WasPaid{}})[0].(*orderv1.OrderPaid)
	if got.GetTotalAmountFen() != 350 || got.GetPaidAmountFen() != 400 {
		t.Errorf("got %v", got)
	}
	first, second := got.GetCollections()[0], got.GetCollections()[1]
	if first.GetPaidBy() != orderv1.PaidBy_PAID_BY_WECHAT || !first.GetPaidAt().AsTime().Equal(at) || second.GetPaidBy() != orderv1.PaidBy_PAID_BY_MERCHANT || second.GetPaidAt() != nil {
		t.Errorf("got %v", got.GetCollections())
	}
	if proto.Equal(first, second) {
		t.Error("two parts became one")
	}
}
