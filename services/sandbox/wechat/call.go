package wechat

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// call is one APIv3 request on its way through the server.
type call struct {
	*http.Request
	decoder
	merchant *account.Merchant
	body     []byte
	now      time.Time
	subject  plan.Subject
	rule     plan.Rule
	// executed is set by the operation when it changed the book.
	executed bool
	// key signs the answer.
	key signing.Key
}

// operation does the work of an endpoint. Its error is a *refusal, or anything else for a 500.
type operation func(context.Context, *call) (any, error)

// noContent is the result of an operation that answers 204: an empty body, signed like any other (wechat-protocol.md §1.3).
type noContent struct{}

// reply is an answer before it is signed.
type reply struct {
	status   int
	code     string
	internal int64
	body     []byte
	html     bool
}

// v3 is the way of every APIv3 call: read, authenticate, disturb, execute, answer, note.
func (s *Server) v3(name plan.Operation, do operation) http.HandlerFunc {
	return s.signed(direct, name, do)
}

func (s *Server) signed(m mode, name plan.Operation, do operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := bodyOf(w, r, 1<<20)
		if !ok {
			return
		}
		c := &call{Request: r, decoder: decoder{m, s.rules.ThreeByteText}, body: body, now: s.Clock.Now(), subject: subjectOf(name, r, body)}
		if refused := missingHeader(r); refused != nil {
			s.answer(w, c, replyTo(nil, refused))
			return
		}
		merchant, refused := authenticate(r, body, s.Merchants, c.now)
		if refused != nil {
			s.answer(w, c, replyTo(nil, refused))
			return
		}
		c.merchant, c.key = merchant, merchant.Ring.ForAnswer(r.Header.Get("Wechatpay-Serial"))
		c.subject.MchID = merchant.MchID
		s.nameRefunded(r.Context(), c)
		c.rule = s.Faults.Take(c.subject)
		s.answer(w, c, withDetail(s.run(c, do), c.rule.Detail))
	}
}

// subjectOf reads what fault rules match on; a body that is not JSON matches by operation alone.
func subjectOf(name plan.Operation, r *http.Request, body []byte) plan.Subject {
	subject := plan.Subject{Operation: name, OutOrderNo: member(body, "out_order_no"), OpenID: member(body, "openid")}
	if no := r.PathValue("out_order_no"); no != "" {
		subject.OutOrderNo = no
	}
	if no := r.URL.Query().Get("out_order_no"); no != "" {
		subject.OutOrderNo = no
	}
	for _, openID := range []string{r.PathValue("openid"), r.URL.Query().Get("openid")} {
		if openID != "" {
			subject.OpenID = openID
		}
	}
	return subject
}

// run executes the call unless its fault comes first. Execution is not cut off when the caller leaves.
func (s *Server) run(c *call, do operation) reply {
	if rep, instead := s.before(c); instead {
		return rep
	}
	if refused := emptyQuery(c.Request); refused != nil {
		return s.after(c, replyTo(nil, refused))
	}
	result, err := s.execute(context.WithoutCancel(c.Context()), c, do)
	if err != nil {
		if _, named := errors.AsType[*refusal](err); !named {
			s.Log.ErrorContext(c.Context(), "call failed inside", "operation", c.subject.Operation, "class", fault.ClassOf(err).String(), "code", fault.CodeOf(err))
		}
	}
	if err == nil {
		result, err = s.lie(context.WithoutCancel(c.Context()), c, result)
	}
	return s.after(c, replyTo(result, err))
}

// execute does the work, behind a deduction when the fault says that one comes first.
func (s *Server) execute(ctx context.Context, c *call, do operation) (any, error) {
	if c.rule.Kind == plan.PaidFirst {
		if err := s.collectFirst(ctx, c); err != nil {
			return nil, err
		}
	}
	return do(ctx, c)
}

// replyTo encodes a result or an error.
func replyTo(result any, err error) reply {
	if _, empty := result.(noContent); err == nil && empty {
		return reply{status: http.StatusNoContent}
	}
	if err == nil {
		body, err := encode(result)
		if err != nil {
			return replyTo(nil, broken())
		}
		return reply{status: http.StatusOK, body: body}
	}
	refused, named := errors.AsType[*refusal](err)
	if !named {
		refused = broken()
	}
	body, err := encode(struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Detail  any    `json:"detail,omitempty"`
	}{refused.code, refused.message, refused.detail})
	if err != nil {
		return reply{status: http.StatusInternalServerError}
	}
	return reply{status: refused.status, code: refused.code, internal: refused.internal, body: body}
}

// encode writes JSON without HTML escapes and without a final line feed, as WeChat does.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "answer_encode", "encoding an answer")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// endpoint is the method and the route, without what callers put into the path: face_sid and openid are in some.
func (c *call) endpoint() string {
	_, route, hasMethod := strings.Cut(c.Pattern, " ")
	if !hasMethod {
		route = c.Pattern
	}
	return c.Method + " " + route
}

// note writes the call into the journal.
func (s *Server) note(c *call, status int, code, requestID string) {
	digest := sha256.Sum256(c.body)
	entry := book.Call{At: c.now, Operation: string(c.subject.Operation), Endpoint: c.endpoint(), OutOrderNo: c.subject.OutOrderNo,
		Status: status, Code: code, RequestID: requestID, BodySHA256: hex.EncodeToString(digest[:]), Executed: c.executed, Fault: string(c.rule.Kind)}
	if c.merchant != nil {
		entry.MchID = c.merchant.MchID
	}
	s.Journal.Add(context.WithoutCancel(c.Context()), entry)
}
