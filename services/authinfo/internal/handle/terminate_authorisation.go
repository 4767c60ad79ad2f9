package handle

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/userkey"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/errand"
	"github.com/facepay-go/facepay/services/authinfo/internal/wechat"
)

// TerminateAuthorisation answers terminate_authorisation: it ends a user's authorisation. Our own record of it is closed by
// WeChat's notification.
type TerminateAuthorisation struct {
	Desks        map[string]*wechat.Desk
	Terminations *errand.Errands[consent.Termination]
	Users        userkey.Key
	Vault        Vault
	Clock        clock.Clock
}

const (
	// terminateTries bounds the calls of one request, terminateWait the pause it makes for one; the timer goes on after it.
	terminateTries = 3
	terminateWait  = 1500 * time.Millisecond
)

// Handle ends it, or gives what the same request_id got before. Errors: Terminal for bad input and refusals; Conflict
// request_id_conflict and unfinished_orders; NotFound not_authorised; Retry when WeChat has not answered yet: it is asked
// again by timer, and the same request_id tells what came of it.
func (h *TerminateAuthorisation) Handle(
	ctx context.Context, m *authinfov1.TerminateAuthorisationRequest,
) (*authinfov1.TerminateAuthorisationReply, error) {
	ended, body, err := h.read(m)
	if err != nil {
		return nil, err
	}
	id := document.RequestID(m.GetMerchant(), m.GetRequestId())
	if ended.Body, err = h.Vault.seal(id, bodyField, body); err != nil {
		return nil, err
	}
	if ended.User, err = h.Vault.seal(id, userField, []byte(m.GetOpenid())); err != nil {
		return nil, err
	}
	begun, t, err := h.Terminations.Decide(ctx, m.GetMerchant(), id, true, func(t *aggregate.Turn[consent.Termination]) (aggregate.Decision, error) {
		if !t.New {
			return aggregate.Skip, sameRequest(t.State.Digest, ended.Digest)
		}
		ended.AskedAt, ended.Todo.At = t.Now, t.Now
		*t.State = ended
		return aggregate.Save, nil
	})
	for try := 0; err == nil && t.State == consent.Asking && try < terminateTries; try++ {
		if wait := t.Todo.At.Sub(h.Clock.Now()); try > 0 && wait > 0 {
			if wait > terminateWait || h.Clock.Sleep(ctx, wait) != nil {
				break
			}
		}
		begun, t, err = h.Terminations.Do(ctx, m.GetMerchant(), id, begun)
	}
	switch {
	case err != nil:
		return nil, err
	case t.State == consent.Asking:
		return nil, unsettled(consent.Doubtful)
	case t.State == consent.Declined:
		return nil, denied(t.Reason)
	}
	return &authinfov1.TerminateAuthorisationReply{UserKey: t.UserKey, TerminatedAt: timestamppb.New(t.EndedAt)}, nil
}

// read holds the request to the rules and freezes what is sent for it. Errors are Terminal.
func (h *TerminateAuthorisation) read(m *authinfov1.TerminateAuthorisationRequest) (t consent.Termination, body []byte, err error) {
	if err := validRequestID(m.GetRequestId()); err != nil {
		return t, nil, err
	}
	desk, err := deskOf(h.Desks, m.GetMerchant(), m.GetServiceId())
	if err != nil {
		return t, nil, err
	}
	if err := oneOf(m.GetOpenid(), m.GetAuthorizationCode()); err != nil {
		return t, nil, err
	}
	body, err = desk.Terminate(wechat.Ending{
		User: wechat.User{ServiceID: m.GetServiceId(), KnownAs: consent.OpenID, OpenID: m.GetOpenid()},
		Code: m.GetAuthorizationCode(), Reason: m.GetReason(),
	})
	if err != nil {
		return t, nil, err
	}
	userKey := ""
	if m.GetOpenid() != "" {
		userKey = h.Users.Of(m.GetOpenid())
	}
	named := digest(m.GetServiceId(), userKey, m.GetAuthorizationCode(), m.GetReason())
	t = consent.NewTermination(m.GetRequestId(), named, m.GetServiceId(), time.Time{})
	t.UserKey, t.Code = userKey, m.GetAuthorizationCode()
	return t, body, nil
}
