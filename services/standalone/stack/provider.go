package stack

import (
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// sandboxConfig is what WeChat knows of the merchants.
func sandboxConfig(o Options, files *folder) sandbox.Config {
	notify := func(account string) string { return "http://" + o.Door + "/v1/notify/wechat/" + account }
	m := files.keys.Merchant(MchID, AppID)
	m.RefundNotifyURL = notify(Account)
	m.Services = []sandbox.Service{
		{ID: ServiceID, Cap: money.Fen(Cap), NotifyURL: notify(Account)},
		{ID: ConfirmServiceID, Confirm: true, Cap: money.Fen(Cap)},
	}
	c := sandbox.Config{Listen: o.Provider, ControlListen: o.Control, Merchants: []sandbox.Merchant{m}}
	if files.partnerKeys != nil {
		p := files.partnerKeys.Merchant(PartnerMchID, PartnerAppID)
		p.RefundNotifyURL = notify(PartnerAccount)
		p.Services = []sandbox.Service{{ID: PartnerServiceID, Cap: money.Fen(Cap), NotifyURL: notify(PartnerAccount)}}
		p.SubMerchants = []sandbox.SubMerchant{{MchID: SubMchID}}
		c.Merchants = append(c.Merchants, p)
	}
	return c
}

// Login is the openid of a user in a merchant's mini program: what wx.login and code2session tell its front end, which the
// sandbox does not play. He is the same person as the one of that name before a face or on a page.
func Login(merchant, user string) (openid string) {
	if merchant == PartnerMerchant {
		return book.OpenID(PartnerAppID, user)
	}
	return book.OpenID(AppID, user)
}
