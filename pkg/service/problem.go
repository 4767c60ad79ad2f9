package service

import (
	"errors"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/facepay-go/facepay/pkg/fault"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

// problemOf is what a caller may know of err: the outermost classified error without its cause, and of an unclassified
// one nothing.
func problemOf(err error) *eventv1.Problem {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Class == fault.Unclassified {
		return &eventv1.Problem{Class: fault.Unclassified.String(), Code: "internal", Text: "an internal error; the service's log has it"}
	}
	return &eventv1.Problem{Class: e.Class.String(), Code: e.Code, Field: utf8(e.Field), Text: utf8(e.Text)}
}

// utf8 keeps a text encodable: protobuf refuses a whole message for one bad byte.
func utf8(s string) string { return strings.ToValidUTF8(s, "�") }

// faultOf is the way back.
func faultOf(p *eventv1.Problem) *fault.Error {
	return &fault.Error{Class: classNamed(p.GetClass()), Code: p.GetCode(), Field: p.GetField(), Text: p.GetText()}
}

func classNamed(name string) fault.Class {
	for c := fault.Unclassified; c <= fault.UnknownOutcome; c++ {
		if c.String() == name {
			return c
		}
	}
	return fault.Unclassified
}

// statusOf is the Nats-Service-Error-Code: numbers as in HTTP, for people and tools; programs use the class and code.
func statusOf(p *eventv1.Problem) string {
	status := map[fault.Class]int{
		fault.Retry: 503, fault.Terminal: 400, fault.Conflict: 409, fault.Duplicate: 409,
		fault.NotFound: 404, fault.UnknownOutcome: 504, fault.Unclassified: 500,
	}
	return strconv.Itoa(status[classNamed(p.GetClass())])
}

// titleOf is the Nats-Service-Error, one line.
func titleOf(p *eventv1.Problem) string { return faultOf(p).Error() }

// answeredProblem reads an error answer; nil when the answer is none.
func answeredProblem(answer *nats.Msg, f format) *fault.Error {
	if answer.Header.Get(micro.ErrorCodeHeader) == "" {
		return nil
	}
	var p eventv1.Problem
	if err := f.decode(answer.Data, &p); err != nil || p.GetCode() == "" {
		return fault.New(fault.Unclassified, "foreign_answer", "an error answer %s without a problem", answer.Header.Get(micro.ErrorCodeHeader))
	}
	return faultOf(&p)
}
