package handle

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/event"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/credential"
	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
)

// Dropper forgets a credential that a kiosk's SDK refused.
type Dropper interface {
	Drop(ctx context.Context, merchant string, given session.Given) error
}

// Namer asks for the UnionID of a face, on its own and without an error: best effort.
type Namer interface {
	Name(merchant, outOrderNo, deviceID, faceSID string)
}

// FaceResult takes kiosk.face_result: the session is used, a credential the SDK refused is dropped, and WeChat is asked who
// the face is.
type FaceResult struct {
	Sessions    document.Sessions
	Credentials Dropper
	Users       Namer
}

// success is the return_code with a user (wechat-protocol.md §3.2).
const success = "SUCCESS"

// Handle may run any number of times. A number that was never handed out is left to order-lifecycle, which answers it.
// The result itself (user, wish, validity) is order-lifecycle's business too. Errors are Retry.
func (h *FaceResult) Handle(ctx context.Context, _ event.Event, m *kioskv1.FaceResult) error {
	if !session.IsNumber(m.GetOutOrderNo()) {
		return nil
	}
	var given session.Given
	var used bool
	id := session.ID(m.GetMerchant(), m.GetOutOrderNo())
	err := h.Sessions.Turn(ctx, m.GetMerchant(), id, "", func(t *aggregate.Turn[session.Session]) (aggregate.Decision, error) {
		if used = false; t.New {
			return aggregate.Skip, nil
		}
		given = t.State.Credential
		if used = t.State.Use(m.GetReturnCode(), m.GetErrCode(), t.Now); !used {
			return aggregate.Skip, nil
		}
		t.DueAt = time.Time{}
		return aggregate.Save, nil
	})
	if err == nil && used && m.GetReturnCode() == success && m.GetFaceSid() != "" { // the first result of a number alone
		h.Users.Name(m.GetMerchant(), m.GetOutOrderNo(), m.GetDevice().GetDeviceId(), m.GetFaceSid())
	}
	if err != nil || given.Issue == 0 || !credential.Refused(m.GetReturnCode(), m.GetErrCode()) {
		return err
	}
	return h.Credentials.Drop(ctx, m.GetMerchant(), given)
}
