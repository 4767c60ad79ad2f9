package account

import "slices"

// SubMerchant is a merchant (特约商户) whom a partner (服务商) serves: wechat-protocol.md §6.12.
type SubMerchant struct {
	MchID string
	// AppIDs are the sub_appids bound to it.
	AppIDs []string
	// Unauthorized: it has not authorised the partner, whose calls for it get NO_AUTH.
	Unauthorized bool
}

// Bound reports whether the sub_appid is bound to the sub-merchant.
func (s SubMerchant) Bound(appid string) bool { return slices.Contains(s.AppIDs, appid) }

// SubMerchant finds one of the partner's sub-merchants.
func (m *Merchant) SubMerchant(id string) (SubMerchant, bool) {
	for _, s := range m.SubMerchants {
		if s.MchID == id {
			return s, true
		}
	}
	return SubMerchant{}, false
}
