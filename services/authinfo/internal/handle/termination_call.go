package handle

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/fault"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/wechat"
)

// TerminationCall makes the calls of terminations: an errand.Job.
type TerminationCall struct {
	Desks map[string]*wechat.Desk
	Vault Vault
}

// Todo is the termination's.
func (j *TerminationCall) Todo(t *consent.Termination) consent.Todo { return t.Todo }

// Begin is the termination's.
func (j *TerminationCall) Begin(t *consent.Termination, now time.Time) { t.Begin(now) }

// Call makes the termination's next call and brings its answer into it. What keeps us from making it counts as a call to
// be made later, at the termination's own growing gaps.
func (j *TerminationCall) Call(
	ctx context.Context, merchant, id string, end consent.Termination,
) (func(*aggregate.Turn[consent.Termination]), error) {
	desk, known := j.Desks[merchant]
	a, err := consent.Answer{Meaning: consent.Later}, errNoMerchant
	if known {
		a, err = j.ask(ctx, desk, id, end)
	}
	if known && fault.Is(err, fault.Terminal) { // what was sealed does not open any more: nobody can send it
		a, err = consent.Answer{Meaning: consent.Denied, Reason: consent.Configuration}, nil
	}
	if err != nil {
		a = consent.Answer{Meaning: consent.Later}
	}
	a.Op, a.Seq = end.Todo.Op, end.Todo.Seq
	return func(t *aggregate.Turn[consent.Termination]) { t.State.Answered(t.Now, a) }, err
}

func (j *TerminationCall) ask(ctx context.Context, desk *wechat.Desk, id string, end consent.Termination) (a consent.Answer, err error) {
	openid, err := j.Vault.open(id, userField, end.User)
	if err != nil {
		return a, err
	}
	user := wechat.User{ServiceID: end.ServiceID, KnownAs: consent.OpenID, OpenID: string(openid)}
	if end.Todo.Op == consent.OpTerminate {
		body, err := j.Vault.open(id, bodyField, end.Body)
		if err != nil {
			return a, err
		}
		a.Meaning, a.Reason, _ = desk.SendTermination(ctx, wechat.Ending{User: user, Code: end.Code}, body)
		return a, nil
	}
	asked := desk.QueryUser
	if end.Code != "" {
		asked = func(ctx context.Context, u wechat.User) wechat.Asked {
			return desk.QueryCode(ctx, u.ServiceID, end.Code)
		}
	}
	answer := asked(ctx, user)
	return consent.Answer{Meaning: answer.Meaning, Reason: answer.Reason}, nil
}
