// Package control is the sandbox's own API: the face SDK's stand-in for scripted kiosks, fault rules, the provider's
// truth, and what a person would do by hand. It is unsigned and belongs on loopback.
package control

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/notify"
	"github.com/facepay-go/facepay/services/sandbox/scenarios"
	"github.com/facepay-go/facepay/services/sandbox/wechat"
)

// API answers control calls.
type API struct {
	WeChat    *wechat.Server
	Book      *book.Book
	Journal   *book.Journal
	Notices   *notify.Queue
	Faults    *plan.Plan
	Scenarios *scenarios.Library
	Merchants account.Directory
	Clock     clock.Clock
	Log       *slog.Logger
}

// Handler is the whole API. Every answer is JSON; errors are {"code", "field", "message"}.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /control/wechat/rawdata", a.answer(a.rawdata))
	mux.HandleFunc("POST /control/wechat/face", a.answer(a.face))
	mux.HandleFunc("GET /control/wechat/faults", a.answer(a.listFaults))
	mux.HandleFunc("POST /control/wechat/faults", a.answer(a.addFault))
	mux.HandleFunc("DELETE /control/wechat/faults", a.answer(a.removeFault))
	mux.HandleFunc("DELETE /control/wechat/faults/{id}", a.answer(a.removeFault))
	mux.HandleFunc("GET /control/wechat/scenarios", a.answer(a.listScenarios))
	mux.HandleFunc("POST /control/wechat/scenarios/{name}", a.answer(a.applyScenario))
	mux.HandleFunc("GET /control/wechat/keys", a.answer(a.showKeys))
	mux.HandleFunc("POST /control/wechat/keys/{step}", a.answer(a.changeKeys))
	mux.HandleFunc("GET /control/wechat/book", a.answer(a.showBook))
	mux.HandleFunc("GET /control/wechat/book/{out_order_no}", a.answer(a.showOrder))
	mux.HandleFunc("GET /control/wechat/requests", a.answer(a.showRequests))
	mux.HandleFunc("GET /control/wechat/requests/summary", a.answer(a.showSummary))
	mux.HandleFunc("GET /control/wechat/notices", a.answer(a.showNotices))
	mux.HandleFunc("POST /control/wechat/orders/{out_order_no}/pay", a.answer(a.payByHand))
	mux.HandleFunc("POST /control/wechat/orders/{out_order_no}/confirm", a.answer(a.confirmOrder))
	mux.HandleFunc("POST /control/wechat/orders/{out_order_no}/cancel", a.answer(a.cancelInPortal))
	mux.HandleFunc("POST /control/wechat/orders/{out_order_no}/refund", a.answer(a.refundInPortal))
	mux.HandleFunc("POST /control/wechat/permissions/open", a.answer(a.openPage))
	mux.HandleFunc("GET /control/wechat/refunds", a.answer(a.showRefunds))
	mux.HandleFunc("GET /control/wechat/refunds/{out_refund_no}", a.answer(a.showRefund))
	mux.HandleFunc("POST /control/wechat/refunds/{out_refund_no}/handle", a.answer(a.handleRefund))
	mux.HandleFunc("POST /control/wechat/authorizations/close", a.answer(a.closeAuthorization))
	return mux
}

// nothing is the answer of an act without a result.
type nothing struct{}

// answer runs do and writes its result or its error.
func (a *API) answer(do func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		result, err := do(r)
		status := http.StatusOK
		if err != nil {
			status = statusOf(err)
			result = problem(err)
			if status >= 500 {
				a.Log.ErrorContext(r.Context(), "control call failed", "path", r.URL.Path, "class", fault.ClassOf(err).String(), "code", fault.CodeOf(err))
			}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(result); err != nil {
			return // the caller has gone
		}
	}
}

// tooLarge is the code of a body that is too large.
const tooLarge = "too_large"

func statusOf(err error) int {
	if fault.CodeOf(err) == tooLarge {
		return http.StatusRequestEntityTooLarge
	}
	switch fault.ClassOf(err) {
	case fault.Terminal:
		return http.StatusBadRequest
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict, fault.Duplicate:
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

type problemAnswer struct {
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func problem(err error) problemAnswer {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return problemAnswer{Code: "internal", Message: "the sandbox failed; see its log"}
	}
	return problemAnswer{Code: e.Code, Field: e.Field, Message: e.Text}
}

// merchant is ?mchid=, or the only merchant there is.
func (a *API) merchant(r *http.Request) (string, error) {
	if id := r.URL.Query().Get("mchid"); id != "" {
		if a.Merchants[id] == nil {
			return "", fault.New(fault.NotFound, "merchant", "no merchant %q", id)
		}
		return id, nil
	}
	var ids []string
	for id := range a.Merchants {
		ids = append(ids, id)
	}
	if len(ids) != 1 {
		return "", fault.Invalid("mchid", "mchid_missing", "is needed: the sandbox has the merchants %s", strings.Join(ids, ", "))
	}
	return ids[0], nil
}

// onlyOf is ?mchid= for lists that show all merchants without it.
func (a *API) onlyOf(r *http.Request) (string, error) {
	if r.URL.Query().Get("mchid") == "" {
		return "", nil
	}
	return a.merchant(r)
}
