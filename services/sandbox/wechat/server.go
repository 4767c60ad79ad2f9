// Package wechat is the provider's side of WeChat Pay: face authinfo (v2), PayScore orders and certificates (APIv3),
// the face SDK's stand-in, and the deductions. It follows wechat-protocol.md and shares no code with any client.
package wechat

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/due"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/notify"
)

// Rules are what an operator of the sandbox may choose.
type Rules struct {
	// Strict enforces the whole notify_url rule: https, a path, no query, no blanks (wechat-protocol.md §6.2).
	Strict bool
	// ThreeByteText refuses texts with characters that need 4 bytes in UTF-8: a copy of WeChat's rules allows three.
	ThreeByteText bool
	Limits        book.Limits
	// DeductAfter is the wait between completion and the first deduction; DeductAgainAfter between tries (WeChat's own
	// cadence is not published: §10.4).
	DeductAfter, DeductAgainAfter time.Duration
	// RefundAfter is the wait between the acceptance of a refund and its end (退款到账); wallets take up to 5 min (§9.1).
	RefundAfter time.Duration
	// AuthinfoLasts is expires_in; clients must not hard-code it (§2.2).
	AuthinfoLasts time.Duration
}

// Deps are what a server works with.
type Deps struct {
	Merchants account.Directory
	Book      *book.Book
	Journal   *book.Journal
	Notices   *notify.Queue
	Faults    *plan.Plan
	Clock     clock.Clock
	// Random must be safe for concurrent use.
	Random io.Reader
	Log    *slog.Logger
}

// Server answers merchants' calls.
type Server struct {
	Deps
	rules                         Rules
	deductions                    *due.Loop
	expiries                      *due.Loop
	refunds                       *due.Loop
	failingRefunds, fundFlowBills perSecond
	statements                    statements
}

// NewServer makes a server; Deductions must run for completed orders to be paid.
func NewServer(d Deps, rules Rules) *Server {
	s := &Server{Deps: d, rules: rules}
	s.deductions = due.NewLoop(deductions{s}, 16, d.Clock, d.Log)
	s.expiries = due.NewLoop(expiries{s}, 4, d.Clock, d.Log)
	s.refunds = due.NewLoop(refunds{s}, 16, d.Clock, d.Log)
	return s
}

// Handler is the whole API on one mux: the v2 host and the v3 host of WeChat share it.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/face/get_wxpayface_authinfo", s.authinfo)
	mux.HandleFunc("GET /v3/certificates", s.v3(plan.Certificates, s.certificates))
	mux.HandleFunc("GET /v3/facemch/users/{face_sid}", s.v3(plan.UnionID, s.unionID))
	mux.HandleFunc("POST /v3/payscore/serviceorder", s.v3(plan.Create, s.create))
	mux.HandleFunc("GET /v3/payscore/serviceorder", s.v3(plan.Query, s.query))
	mux.HandleFunc("POST /v3/payscore/serviceorder/{out_order_no}/complete", s.v3(plan.Complete, s.complete))
	mux.HandleFunc("POST /v3/payscore/serviceorder/{out_order_no}/cancel", s.v3(plan.Cancel, s.cancel))
	mux.HandleFunc("POST /v3/payscore/serviceorder/{out_order_no}/modify", s.v3(plan.Modify, s.modify))
	mux.HandleFunc("POST /v3/payscore/serviceorder/{out_order_no}/sync", s.v3(plan.Sync, s.sync))
	mux.HandleFunc("POST /v3/payscore/serviceorder/{out_order_no}/pay", s.v3(plan.Pay, s.pay))
	mux.HandleFunc("POST /v3/payscore/permissions", s.v3(plan.PreAuthorize, s.preAuthorize))
	mux.HandleFunc("GET /v3/payscore/permissions/openid/{openid}", s.v3(plan.Permission, s.permissionByOpenID))
	mux.HandleFunc("GET /v3/payscore/permissions/authorization-code/{authorization_code}", s.v3(plan.Permission, s.permissionByCode))
	mux.HandleFunc("POST /v3/payscore/permissions/openid/{openid}/terminate", s.v3(plan.Terminate, s.terminateByOpenID))
	mux.HandleFunc("POST /v3/payscore/permissions/authorization-code/{authorization_code}/terminate", s.v3(plan.Terminate, s.terminateByCode))
	s.handlePartner(mux)
	mux.HandleFunc("POST /v3/refund/domestic/refunds", s.v3(plan.Refund, s.refund))
	mux.HandleFunc("GET /v3/refund/domestic/refunds/{out_refund_no}", s.v3(plan.RefundQuery, s.queryRefund))
	mux.HandleFunc("GET /v3/bill/tradebill", s.v3(plan.Bill, s.tradeBill))
	mux.HandleFunc("GET /v3/bill/fundflowbill", s.v3(plan.Bill, s.fundFlowBill))
	mux.HandleFunc("GET "+billFilePath, s.billFile)
	mux.HandleFunc("/", s.v3("", s.notSimulated))
	return s.withoutRedirects(mux)
}
