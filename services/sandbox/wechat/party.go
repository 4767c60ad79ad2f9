package wechat

import (
	"net/http"

	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// mode is whose paths a call uses: a merchant's own, or a partner's (服务商, wechat-protocol.md §6.12).
type mode uint8

const (
	direct mode = iota
	partner
)

// party is in whose name a call is made: a service of the merchant, in partner mode for one of his sub-merchants.
type party struct {
	mchID, subMchID, appID string
	service                account.Service
}

// party checks the names every call about orders and permissions has. In partner mode appid is asked for by some calls only:
// those pass it, others "".
func (c *call) party(appID, serviceID, subMchID string) (party, *refusal) {
	if c.mode == direct {
		service, refused := permitted(c.merchant, appID, serviceID)
		return party{mchID: c.merchant.MchID, appID: appID, service: service}, c.located(refused)
	}
	service, refused := permittedPartner(c.merchant, appID, serviceID, subMchID)
	return party{mchID: c.merchant.MchID, subMchID: subMchID, appID: appID, service: service}, c.located(refused)
}

// namedParty is party for calls that name the appid in both modes, and in partner mode may name the sub-merchant's, which must
// be bound to it (§6.12).
func (c *call) namedParty(appID, subAppID, serviceID, subMchID string) (party, *refusal) {
	f := fields{}
	f.text("appid", appID, 32)
	if f.refused != nil {
		return party{}, f.refused
	}
	p, refused := c.party(appID, serviceID, subMchID)
	if refused != nil || c.mode == direct || subAppID == "" {
		return p, refused
	}
	if sub, _ := c.merchant.SubMerchant(subMchID); !sub.Bound(subAppID) {
		return p, notBound()
	}
	return p, nil
}

// located says that the field at fault was in the query, where calls without a body have it.
func (c *call) located(refused *refusal) *refusal {
	if refused == nil || c.Method != http.MethodGet {
		return refused
	}
	if d, ok := refused.detail.(fieldDetail); ok {
		d.Location = "query"
		refused.detail = d
	}
	return refused
}

func (p party) grantee() book.Grantee {
	return book.Grantee{MchID: p.mchID, SubMchID: p.subMchID, ServiceID: p.service.ID}
}

// has: appid, service_id and sub_mchid must be those of the create. What WeChat answers otherwise is not written down; here
// such an order does not exist.
func (p party) has(o *book.Order) bool {
	return o.ServiceID == p.service.ID && o.SubMchID == p.subMchID && (p.appID == "" || o.AppID == p.appID)
}
