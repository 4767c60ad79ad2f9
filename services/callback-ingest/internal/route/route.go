// Package route finds the merchant that a notification is about.
package route

import (
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/wire"
)

// Router reads entities and routes them by merchants.yaml.
type Router struct{ book *merchant.Book }

// New routes by book.
func New(book *merchant.Book) Router { return Router{book} }

// Routed is an entity and our merchant that it is about.
type Routed struct {
	// Entity is nil when it could not be read.
	Entity wire.Entity
	// Merchant is our id, "" when the entity fits none.
	Merchant string
}

// Route reads a decrypted entity that came through an account's door and finds its merchant. Errors: those of wire.Read;
// NotFound foreign_mchid, unknown_merchant, foreign_appid, foreign_service when it fits no merchant of the account. The
// entity, when it was read, is returned with them.
func (r Router) Route(account, eventType string, plain []byte) (Routed, error) {
	entity, err := wire.Read(eventType, plain)
	if err != nil {
		return Routed{}, err
	}
	m, err := r.merchant(account, entity.Fact().Concerns())
	return Routed{Entity: entity, Merchant: m}, err
}

// merchant: the path selects the keys and the body must match it (architecture.md §4). Verified and decrypted is not
// enough: one WeChat key may sign for several accounts.
func (r Router) merchant(account string, p notice.Party) (string, error) {
	a, known := r.book.Account(account)
	if !known || a.WeChat.MchID != p.MchID {
		return "", misfit("foreign_mchid", "the merchant number is not the account's")
	}
	m, known := r.book.ByNotification(account, p.SubMchID)
	if !known {
		return "", misfit("unknown_merchant", "no merchant of ours has this sub_mchid at the account")
	}
	if p.AppID != "" && p.AppID != m.WeChat.AppID {
		return "", misfit("foreign_appid", "the appid is not the merchant's")
	}
	if _, known := r.book.Service(m.ID, p.ServiceID); p.ServiceID != "" && !known {
		return "", misfit("foreign_service", "the service_id is not one of the merchant's")
	}
	return m.ID, nil
}

func misfit(code, text string) error { return fault.New(fault.NotFound, code, "%s", text) }
