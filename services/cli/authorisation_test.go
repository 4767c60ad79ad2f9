package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

const openID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"

// theJump is one whose values are secrets of a customer's.
func theJump() *eventv1.Jump {
	return &eventv1.Jump{
		BusinessType: "wxpayScoreEnable", ExtraData: `{"apply_permissions_token":"secret1"}`,
		QueryString: "apply_permissions_token=secret2", AppQuery: "apply_permissions_token=secret3", AppExtInfo: `{"miniProgramType":0}`,
	}
}

// consents makes authinfo answer every request about authorisations, and gives the last request.
func (s *stage) consents(problem error) (last func() proto.Message) {
	var asked proto.Message
	code, later := "cli-code", at(when.Add(time.Hour))
	s.serve("authinfo", func(r *service.Requests) {
		service.Handle(r, "show_authorisation", func(_ context.Context, req *authinfov1.ShowAuthorisationRequest) (*authinfov1.ShowAuthorisationReply, error) {
			asked = req
			return &authinfov1.ShowAuthorisationReply{
				State: "AVAILABLE", UserKey: "u-1", AuthorizationCode: code, AuthorisedAt: at(when), Told: "CLOSED", ToldAt: at(when),
			}, problem
		})
		service.Handle(r, "terminate_authorisation", func(_ context.Context, req *authinfov1.TerminateAuthorisationRequest) (*authinfov1.TerminateAuthorisationReply, error) {
			asked = req
			return &authinfov1.TerminateAuthorisationReply{TerminatedAt: at(when)}, problem
		})
		service.Handle(r, "pre_authorise", func(_ context.Context, req *authinfov1.PreAuthoriseRequest) (*authinfov1.AuthoriseReply, error) {
			asked = req
			return &authinfov1.AuthoriseReply{AuthorizationCode: code, ExpiresAt: later, Jump: theJump()}, problem
		})
		service.Handle(r, "authorise_jump", func(_ context.Context, req *authinfov1.AuthoriseJumpRequest) (*authinfov1.AuthoriseReply, error) {
			asked = req
			return &authinfov1.AuthoriseReply{AuthorizationCode: code, ExpiresAt: later, Jump: theJump()}, problem
		})
	})
	s.serve("order-lifecycle", func(r *service.Requests) {
		service.Handle(r, "order_jump", func(_ context.Context, req *orderv1.OrderJumpRequest) (*orderv1.OrderJumpReply, error) {
			asked = req
			return &orderv1.OrderJumpReply{State: "AWAITING_CONFIRM", Jump: theJump()}, problem
		})
	})
	return func() proto.Message { return asked }
}

var toAuthorisation = []string{"--merchant", "m", "--service", "500001"}

func TestAnOpenidIsReadFromAFileOrStandardInputAndNeverPrinted(t *testing.T) {
	s := newStage(t)
	last := s.consents(nil)
	file := filepath.Join(t.TempDir(), "openid")
	if err := os.WriteFile(file, []byte(openID+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{"-", file} {
		got := s.typesIn(t.Context(), strings.NewReader(" "+openID+"\n"), append([]string{"authorisation", "show", "--openid-file", from}, toAuthorisation...)...)
		got.shows(t, 0, "AVAILABLE  已授权", "cli-code", "2026-03-01 12:00:00", "CLOSED", "u-1")
		want := &authinfov1.ShowAuthorisationRequest{Merchant: "m", ServiceId: "500001", Openid: openID}
		if diff := cmp.Diff(want, last(), protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		ended := s.typesIn(t.Context(), strings.NewReader(openID), append([]string{"authorisation", "terminate", "--reason", "销户", "--openid-file", from}, toAuthorisation...)...)
		ended.shows(t, 0, "授权已于 2026-03-01 12:00:00", "request-id  cli-")
		if got := last().(*authinfov1.TerminateAuthorisationRequest); got.GetOpenid() != openID || got.GetReason() != "销户" || !requestIDs.MatchString(got.GetRequestId()) {
			t.Errorf("asked %v", got)
		}
		if strings.Contains(got.out+got.problem+ended.out+ended.problem, openID) {
			t.Error("the openid is printed")
		}
	}
	for _, in := range []string{"", " \n", openID + " " + openID, strings.Repeat("x", longestSecret+1)} {
		got := s.typesIn(t.Context(), strings.NewReader(in), append([]string{"authorisation", "show", "--openid-file", "-"}, toAuthorisation...)...)
		if got.shows(t, 1, "--openid-file"); strings.Contains(got.problem, openID) {
			t.Error("the openid is printed")
		}
	}
}

func TestAnAuthorisationIsNamedByItsCodeOrItsUser(t *testing.T) {
	s := newStage(t)
	last := s.consents(nil)
	s.types(append([]string{"authorisation", "show", "--authorization-code", "A1"}, toAuthorisation...)...).shows(t, 0)
	if got := last().(*authinfov1.ShowAuthorisationRequest); got.GetAuthorizationCode() != "A1" || got.GetOpenid() != "" {
		t.Errorf("asked %v", got)
	}
	s.types(append([]string{"authorisation", "show"}, toAuthorisation...)...).shows(t, 1, "at least one of the flags")
	s.types(append([]string{"authorisation", "show", "--authorization-code", "A1", "--openid-file", "-"}, toAuthorisation...)...).shows(t, 1, "none of the others")
}

func TestTheJumpOfACustomerIsPrintedOnlyWhenItIsAskedFor(t *testing.T) {
	s := newStage(t)
	s.consents(nil)
	for name, args := range map[string][]string{
		"order": {"order", "jump", "N1"}, "authorisation": {"authorisation", "jump", "N1"},
		"pre-authorise": append([]string{"authorisation", "pre-authorise"}, toAuthorisation...),
	} {
		t.Run(name, func(t *testing.T) {
			got := s.types(args...)
			if got.shows(t, 0, "wxpayScoreEnable", "openBusinessView", "--show"); strings.Contains(got.out, "secret") {
				t.Errorf("it is printed:\n%s", got.out)
			}
			s.types(append(args, "--show")...).shows(t, 0, `{"apply_permissions_token":"secret1"}`, "apply_permissions_token=secret2", "apply_permissions_token=secret3", `{"miniProgramType":0}`)
		})
	}
}

func TestARequestWhoseOutcomeIsUnknownEndsWith2AndARefusedOneWith1(t *testing.T) {
	for code, problem := range map[int]error{
		2: fault.New(fault.Retry, "wechat_unavailable", "WeChat does not answer"), 1: fault.New(fault.Conflict, "user_unfinished_orders", "the user has unfinished orders"),
	} {
		s := newStage(t)
		s.consents(problem)
		s.types(append([]string{"authorisation", "terminate", "--authorization-code", "A1", "--reason", "x", "--request-id", "r-1"}, toAuthorisation...)...).
			shows(t, code, fault.CodeOf(problem), "r-1")
		s.types(append([]string{"authorisation", "pre-authorise"}, toAuthorisation...)...).shows(t, code, fault.CodeOf(problem))
	}
}
