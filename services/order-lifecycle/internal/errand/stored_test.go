package errand

import (
	"context"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// shelf is a store of one row.
type shelf struct {
	docstore.Store
	docstore.Raw
	row docstore.Row
}

func (s *shelf) Collection(context.Context, docstore.Schema) (docstore.Raw, error) { return s, nil }
func (s *shelf) Get(context.Context, string) (docstore.Row, error)                 { return s.row, nil }
func (s *shelf) InsertMany(_ context.Context, rows []docstore.Row) []error {
	s.row = rows[0]
	return make([]error, len(rows))
}

// everything is a document with something in every field of version 1.
func everything() aggregate.Document[order.Order] {
	at := time.Date(2026, 11, 22, 4, 0, 0, int(5*time.Millisecond), time.UTC)
	end := order.End{
		FactID: "end1", Total: 350, Lines: []money.Fen{400}, Discounts: []money.Fen{50}, At: at, HeardAt: at, Details: []byte("details"),
	}
	request := func(body string) order.Request {
		return order.Request{Body: []byte(body), Tries: 2, SentAt: at, DoubtAt: at, Refusal: "rule"}
	}
	return aggregate.Document[order.Order]{
		ID: "acme/N1", Merchant: "acme", DueAt: at, CreatedAt: at, UpdatedAt: at,
		State: order.Order{
			Merchant: "acme", OutOrderNo: "N1", State: order.PaymentPending, Reason: "by_provider",
			ServiceID: "500001", DeviceID: "K1", StoreID: "S1",
			Session:  order.Session{OpenedAt: at, ExpiresAt: at, OutRequestNo: "R1"},
			Face:     order.Face{FactID: "face1", ReturnCode: "SUCCESS", ErrCode: 1, RiskFund: 10_000, Located: true, At: at},
			Unwanted: "open_timeout", AbortID: "abort1", AbortReason: "broken", Parked: &end, Ended: &end,
			Create: request("create"), Complete: request("complete"), Cancel: request("cancel"),
			Todo: order.Todo{Op: order.OpQuery, At: at, Round: 3}, OrderID: "W1", StartedAt: at, PaidFen: 100,
			Collections: []order.Collection{{TransactionID: "T1", Amount: 100, ByMerchant: true, PaidAt: at}}, PaymentTold: true,
			Rejections: []order.Rejection{{At: at, Fact: "service_ended", FactID: "end0", Code: "code", Field: "field", Reason: "reason"}},
			Alarms:     []order.AlarmRaised{{Code: "order_missing", Refund: "r1", At: at, Over: true}}, Steps: []order.Step{{At: at, From: order.Attempt, To: order.Opening, By: "face_ok"}},
			Calls: []order.Call{{
				At: at, Op: order.OpCreate, Verdict: "accepted", HTTPStatus: 200, Code: "OK", InternalCode: "0", RequestID: "08-0", Took: time.Second,
			}},
			CallCount: 7,
		},
	}
}

// withTheBackOffice is everything, with something in every field of version 2 as well.
func withTheBackOffice() aggregate.Document[order.Order] {
	d := everything()
	o, at := &d.State, d.CreatedAt
	o.State = order.Modifying
	o.Wish = &order.Wish{FactID: "wish1", FaceFactID: "face0", Confirm: true, RiskFund: 10_000, Located: true, Details: []byte("wish")}
	o.Consent = order.Consent{GrantedAt: at, Denied: "token_expired"}
	o.Package, o.PendingSince, o.AgesTold, o.DeductionNote = "package", at, 2, "deduction_failed"
	o.Work = &order.Work{Op: order.OpModify, RequestID: "d1", Fact: "amount_modify_requested", Request: o.Create, New: o.Ended}
	o.Desk = []order.DeskRequest{{RequestID: "d1", FactID: "desk1", Fact: "amount_modify_requested", At: at, Outcome: "order.modified"}}
	o.PaidElsewhere, o.RefundedFen, o.ServiceAgesTold = 70, 50, 1
	o.Refunds = []order.Refund{{
		RequestID: "r1", TransactionID: "T1", Amount: 50, Total: 100, Excess: 20, Reason: "质量", State: order.RefundAbnormal, Failure: "abnormal", At: at,
		Request: o.Cancel, Todo: order.Todo{Op: order.OpAskRefund, At: at, Refund: "r1", Round: 1}, Missing: 1, RefundID: "R1", RefundedAt: at,
	}}
	o.Rejections[0].RequestID, o.Calls[0].Refund, o.Calls[0].Saw = "d0", "r1", "DONE"
	return d
}

// withWhatIsKnown is withTheBackOffice, with something in every field of version 3 as well.
func withWhatIsKnown() aggregate.Document[order.Order] {
	d := withTheBackOffice()
	o, at := &d.State, d.CreatedAt
	o.Ends, o.KnownAt, o.Superseded = []string{"end0", "end1"}, at, o.Ended
	o.Desk[0].SentAt, o.Rejections[0].SentAt = at, at
	o.Refunds = append(o.Refunds, order.Refund{
		OutRefundNo: "20261122X", TransactionID: "T1", Amount: 20, Total: 100, State: order.RefundSucceeded, At: at, RefundID: "R2", RefundedAt: at,
	})
	return d
}

// TestDocumentsOfEveryVersionStillLoad guards the names of stored fields: testdata/order_v1.bson is what the first release
// writes, order_v1.json the same to read. A file is written once (UPDATE=1, when it is not there); a field that is added
// later is missing in it and has a version of its own.
func TestDocumentsOfEveryVersionStillLoad(t *testing.T) {
	for version, want := range map[string]aggregate.Document[order.Order]{"order_v1": everything(), "order_v2": withTheBackOffice(), "order_v3": withWhatIsKnown()} {
		t.Run(version, func(t *testing.T) { stillLoads(t, "testdata/"+version, want) })
	}
}

func stillLoads(t *testing.T, file string, want aggregate.Document[order.Order]) {
	s := &shelf{}
	docs, err := docstore.Open(t.Context(), s, docstore.Spec[aggregate.Document[order.Order]]{
		Name: "orders", ID: func(d *aggregate.Document[order.Order]) string { return d.ID },
	})
	must(t, err)
	if _, missing := os.Stat(file + ".bson"); os.Getenv("UPDATE") != "" && missing != nil {
		must(t, docs.Insert(t.Context(), &want))
		view, err := bson.MarshalExtJSONIndent(bson.Raw(s.row.Body), false, false, "", "  ")
		must(t, err)
		must(t, os.WriteFile(file+".bson", s.row.Body, 0o644))
		must(t, os.WriteFile(file+".json", append(view, '\n'), 0o644))
	}
	body, err := os.ReadFile(file + ".bson")
	must(t, err)
	view, err := os.ReadFile(file + ".json")
	must(t, err)
	got, err := bson.MarshalExtJSONIndent(bson.Raw(body), false, false, "", "  ")
	must(t, err)
	if diff := cmp.Diff(string(view), string(got)+"\n"); diff != "" {
		t.Errorf("the view is not that of the document: %s", diff)
	}
	s.row = docstore.Row{ID: "acme/N1", Version: 1, Body: body}
	rec, err := docs.Get(t.Context(), "acme/N1")
	must(t, err)
	if diff := cmp.Diff(want, rec.Doc); diff != "" {
		t.Error(diff)
	}
}

func TestTheGoldenDocumentLeavesNoFieldOfAnOrderOut(t *testing.T) {
	o := reflect.ValueOf(withWhatIsKnown().State)
	for i := range o.NumField() {
		if o.Field(i).IsZero() {
			t.Errorf("%s is empty: a field added after version 3 gets a golden document of its own", o.Type().Field(i).Name)
		}
	}
}
