// Package handle has one file per request, event and timer of the service, named after it.
package handle

import (
	"context"
	"io"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/service"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/credential"
	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/issuer"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
	"github.com/facepay-go/facepay/services/authinfo/internal/wire"
)

// Credentials gives a terminal its credential.
type Credentials interface {
	Get(ctx context.Context, t credential.Terminal, rawdata service.Secret) (issuer.Issued, error)
}

// OpenSession answers open_session: numbers and a credential for one face attempt.
type OpenSession struct {
	Merchants   *merchant.Book
	Sessions    document.Sessions
	Credentials Credentials
	Clock       clock.Clock
	// Random is where numbers come from: crypto/rand.Reader.
	Random io.Reader
	// TTL is how long a face result is waited for.
	TTL time.Duration
}

// Handle opens a session, or gives the first result again when request_id opened one before. Nothing is saved when
// there is no credential: the kiosk may send the same request_id again. Errors: Terminal for bad input; Conflict
// request_id_conflict and out_order_no_taken; what WeChat refuses (issuer); Retry when the store is away.
func (h *OpenSession) Handle(ctx context.Context, m *authinfov1.OpenSessionRequest) (*authinfov1.OpenSessionReply, error) {
	r := wire.Request(m)
	if err := r.Validate(m.GetRawdata()); err != nil {
		return nil, err
	}
	terminal, use, err := h.terminal(r)
	if err != nil {
		return nil, err
	}
	before, found, err := h.opened(ctx, r)
	if err != nil {
		return nil, err
	}
	issued, err := h.Credentials.Get(ctx, terminal, service.NewSecret([]byte(m.GetRawdata())))
	if err != nil {
		return nil, err
	}
	s := before
	if found {
		err = h.giveAgain(ctx, r.Merchant, before, issued.Given)
	} else {
		s, err = h.open(ctx, r, issued)
	}
	if err != nil {
		return nil, err
	}
	return wire.Reply(terminal, s, issued.Authinfo, use.AskUnionID), nil
}

// terminal finds merchant and service in the book. Today's configuration is used also for a repeated request, so that
// numbers, appid and credential of one answer belong together.
func (h *OpenSession) terminal(r session.Request) (credential.Terminal, merchant.WeChatUse, error) {
	m, known := h.Merchants.Merchant(r.Merchant)
	if !known {
		return credential.Terminal{}, merchant.WeChatUse{}, fault.Invalid("merchant", "unknown_merchant", "is no merchant of merchants.yaml")
	}
	if _, known := h.Merchants.Service(r.Merchant, r.ServiceID); !known {
		return credential.Terminal{}, merchant.WeChatUse{}, fault.Invalid("service_id", "unknown_service", "is no PayScore service of this merchant")
	}
	account, known := h.Merchants.AccountOf(r.Merchant)
	if !known || account.WeChat == nil {
		return credential.Terminal{}, merchant.WeChatUse{}, fault.Invalid("merchant", "merchant_without_wechat", "has no WeChat account")
	}
	use := m.WeChat
	return credential.Terminal{
		Merchant: m.ID, AppID: use.AppID, MchID: account.WeChat.MchID, SubAppID: use.SubAppID, SubMchID: use.SubMchID,
		StoreID: r.StoreID, StoreName: r.StoreName, DeviceID: r.DeviceID, Attach: r.Attach,
	}, use, nil
}

// opened finds the session of an earlier r. A Conflict is found here, before WeChat is asked for anything.
func (h *OpenSession) opened(ctx context.Context, r session.Request) (session.Session, bool, error) {
	s, found, err := h.Sessions.ByRequest(ctx, r.Merchant, r.RequestID)
	if err == nil && !found && r.OutOrderNo != "" {
		s, found, err = h.Sessions.ByNumber(ctx, r.Merchant, r.OutOrderNo)
	}
	if err != nil || !found {
		return session.Session{}, false, err
	}
	return s, true, s.Answers(r)
}

// open saves session and event before anything is answered. Of several callers with one request_id one opens it; the
// others get what it opened.
func (h *OpenSession) open(ctx context.Context, r session.Request, issued issuer.Issued) (session.Session, error) {
	numbers, err := h.numbers(r)
	if err != nil {
		return session.Session{}, err
	}
	var s session.Session
	err = h.Sessions.Turn(ctx, r.Merchant, session.ID(r.Merchant, numbers.OutOrderNo), "", func(t *aggregate.Turn[session.Session]) (aggregate.Decision, error) {
		if !t.New {
			s = *t.State
			return aggregate.Skip, s.Answers(r)
		}
		s = session.New(r, numbers, issued.Given, t.Now, h.TTL, issued.ExpiresAt)
		*t.State, t.DueAt = s, s.ExpiresAt
		t.Emit(wire.SessionOpened(r.Merchant, s))
		return aggregate.Save, nil
	})
	if fault.Is(err, fault.Duplicate) { // the unique index: this request_id has a session under another number
		s, found, err := h.opened(ctx, r)
		if err == nil && !found {
			err = fault.New(fault.Retry, "session_not_seen", "the session of this request_id cannot be read yet")
		}
		return s, err
	}
	return s, err
}

// giveAgain notes which credential the kiosk has now, so that its complaint drops the right one.
func (h *OpenSession) giveAgain(ctx context.Context, merchant string, s session.Session, given session.Given) error {
	if s.Credential == given {
		return nil
	}
	return h.Sessions.Turn(ctx, merchant, session.ID(merchant, s.OutOrderNo), "", func(t *aggregate.Turn[session.Session]) (aggregate.Decision, error) {
		if t.New || !t.State.Give(given) {
			return aggregate.Skip, nil
		}
		return aggregate.Save, nil
	})
}

// numbers mints what the gateway did not bring.
func (h *OpenSession) numbers(r session.Request) (session.Numbers, error) {
	var order, sign session.Random
	for _, random := range []*session.Random{&order, &sign} {
		if _, err := io.ReadFull(h.Random, random[:]); err != nil {
			return session.Numbers{}, fault.Wrap(err, fault.Retry, "no_randomness", "minting a number")
		}
	}
	today := h.Clock.Now().In(clock.Beijing)
	n := session.Numbers{OutOrderNo: r.OutOrderNo, OutRequestNo: session.MintOutRequestNo(today, sign)}
	if n.OutOrderNo == "" {
		n.OutOrderNo = session.MintOutOrderNo(today, order)
	}
	return n, nil
}
