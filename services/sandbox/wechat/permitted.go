package wechat

import (
	"github.com/facepay-go/facepay/services/sandbox/account"
)

// permitted checks binding and service (wechat-protocol.md §6.2, §12).
func permitted(m *account.Merchant, appID, serviceID string) (account.Service, *refusal) {
	f := fields{}
	f.text("appid", appID, 32)
	f.text("service_id", serviceID, 32)
	if f.refused != nil {
		return account.Service{}, f.refused
	}
	if !m.Bound(appID) {
		return account.Service{}, notBound()
	}
	return serviceOf(m, serviceID)
}

// permittedPartner checks the same for a partner's call, and that the sub-merchant has authorised the partner (§6.12). An
// empty appID is not asked for.
func permittedPartner(m *account.Merchant, appID, serviceID, subMchID string) (account.Service, *refusal) {
	f := fields{}
	f.text("sub_mchid", subMchID, 32)
	f.text("service_id", serviceID, 32)
	if f.refused != nil {
		return account.Service{}, f.refused
	}
	if appID != "" && !m.Bound(appID) {
		return account.Service{}, notBound()
	}
	if sub, known := m.SubMerchant(subMchID); !known || sub.Unauthorized {
		return account.Service{}, notPermitted(internalNoPermission)
	}
	return serviceOf(m, serviceID)
}

func serviceOf(m *account.Merchant, serviceID string) (account.Service, *refusal) {
	service, known := m.Service(serviceID)
	if !known {
		return account.Service{}, notPermitted(internalNoPermission)
	}
	return service, nil
}
