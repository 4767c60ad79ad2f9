package wechat

import (
	"net/http"

	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/odd"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

const gatewayPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"

// before is the reply of a fault that keeps the call from being executed.
func (s *Server) before(c *call) (rep reply, instead bool) {
	switch c.rule.Kind {
	case plan.RiskRefused:
		return replyTo(nil, riskRefused()), true
	case plan.UnfinishedOrder:
		return replyTo(nil, unfinishedOrder()), true
	case plan.DeductionRunning:
		return replyTo(nil, deductionRunning()), true
	case plan.NotModifiable:
		return replyTo(nil, notModifiable()), true
	case plan.CollectionUnclear:
		return replyTo(nil, collectionUnclear()), true
	case plan.NoPermission:
		return replyTo(nil, notPermitted(internalNoPermission)), true
	case plan.TooFrequent:
		return replyTo(nil, tooFrequent()), true
	case plan.SystemError:
		return replyTo(nil, broken()), true
	case plan.BadGateway:
		return reply{status: http.StatusBadGateway, body: []byte(gatewayPage), html: true}, true
	case plan.Slow:
		// A caller who gives up meanwhile does not stop the execution: the request has arrived.
		<-s.Clock.After(c.rule.Delay())
	}
	return reply{}, false
}

// after is what a fault makes of the reply of an executed call.
func (s *Server) after(c *call, rep reply) reply {
	switch c.rule.Kind {
	case plan.SystemErrorAfter:
		return replyTo(nil, broken())
	case plan.BadGatewayAfter:
		return reply{status: http.StatusBadGateway, body: []byte(gatewayPage), html: true}
	}
	if rep.status != http.StatusOK {
		return rep
	}
	body, err := odd.Spoil(rep.body, c.rule.Kind)
	if err != nil {
		return replyTo(nil, broken())
	}
	rep.body = body
	return rep
}

// answer signs and sends the reply, or keeps it back as the fault says. Error answers are signed too when the caller is
// known; clients verify only 2xx (wechat-protocol.md §1.3).
func (s *Server) answer(w http.ResponseWriter, c *call, rep reply) {
	s.keepBack(c)
	headers, err := s.headers(c, rep)
	if err != nil {
		s.failInside(w, c, err)
		return
	}
	for name, values := range headers {
		w.Header()[name] = values
	}
	s.note(c, rep.status, rep.code, headers.Get("Request-ID"))
	if c.rule.Kind == plan.AnswerTampered {
		rep = tampered(rep)
	}
	w.WriteHeader(rep.status)
	if len(rep.body) == 0 {
		return // 204 may have none
	}
	if _, err := w.Write(rep.body); err != nil {
		return // the caller has gone
	}
}

// keepBack does not return when the fault gives no answer.
func (s *Server) keepBack(c *call) {
	switch c.rule.Kind {
	case plan.Timeout:
		s.note(c, 0, "", "")
		<-c.Context().Done()
	case plan.LostAnswer:
		s.note(c, 0, "", "")
	default:
		return
	}
	panic(http.ErrAbortHandler) // net/http's way to close the connection without an answer
}

func (s *Server) headers(c *call, rep reply) (http.Header, error) {
	if rep.html {
		return http.Header{"Content-Type": {"text/html"}}, nil
	}
	headers := http.Header{}
	if c.merchant == nil {
		requestID, err := signing.RequestID(s.Random, rep.internal)
		if err != nil {
			return nil, err
		}
		headers.Set("Request-ID", requestID)
	} else {
		signed, err := signing.AnswerHeaders{Key: c.key, At: s.Clock.Now(), Spoil: spoilOf(c.rule.Kind), InternalCode: rep.internal}.Sign(rep.body, s.Random)
		if err != nil {
			return nil, err
		}
		headers = signed
	}
	if rep.status != http.StatusNoContent {
		headers.Set("Content-Type", "application/json; charset=utf-8")
	}
	return headers, nil
}

func spoilOf(kind plan.Kind) signing.Spoil {
	switch kind {
	case plan.AnswerProbe:
		return signing.ProbeWrong
	case plan.AnswerWrongKey:
		return signing.WrongKey
	case plan.AnswerOldKey:
		return signing.OldKey
	case plan.AnswerUnknownKey:
		return signing.UnknownKey
	case plan.AnswerStale:
		return signing.Stale
	}
	return signing.Sound
}
