package merchant

import "slices"

func (v *validation) checkMerchants(merchants []Merchant) {
	ids, origins := seen{}, map[origin]string{}
	for i := range merchants {
		m := &merchants[i]
		field := func(name string) string { return at("merchants", i, name) }
		v.need(field("id"), isID(m.ID), "id", "must be 1..32 of 0-9 a-z -")
		v.unique(ids, m.ID, field("id"), "id_twice")
		v.need(field("wechat.appid"), isAppID(m.WeChat.AppID), "appid", appIDRule)
		v.need(field("wechat.sub_appid"), m.WeChat.SubAppID == "" || isAppID(m.WeChat.SubAppID), "appid", appIDRule)
		v.checkUse(&m.WeChat, field("wechat."), origins)
		v.need(field("wechat.scan_payment"), slices.Contains([]ScanPayment{RefuseScan, ByPhone}, m.WeChat.ScanPayment), "scan_payment", "must be refuse or by_phone")
		v.need(field("wechat.cancel_completed"), slices.Contains([]CancelCompleted{Attempt, Never}, m.WeChat.CancelCompleted), "cancel_completed", "must be attempt or never")
		v.checkServices(m.WeChat.Services, field("wechat.services"))
	}
}

// checkUse: a notification must lead to exactly one merchant, by its account and, at a partner (服务商), its sub_mchid
// (wechat-protocol.md §6.12).
func (v *validation) checkUse(use *WeChatUse, path string, origins map[origin]string) {
	account, exists := v.accounts[use.Account]
	v.need(path+"account", exists, "account_unknown", "names no account of this file")
	if !exists {
		return
	}
	from := origin{use.Account, use.SubMchID}
	if account.WeChat.Partner {
		v.need(path+"sub_mchid", isMchID(use.SubMchID), "mchid", "must be 8 to 10 digits: the account is a partner's")
		if use.SubMchID == "" {
			return
		}
		v.need(path+"sub_mchid", origins[from] == "", "sub_mchid_twice", "is already used with this account at "+origins[from]+"sub_mchid")
	} else {
		v.need(path+"sub_mchid", use.SubMchID == "", "direct_account", "belongs to partner accounts; this one is direct")
		v.need(path+"sub_appid", use.SubAppID == "", "direct_account", "belongs to partner accounts; this one is direct")
		from.subMchID = ""
		v.need(path+"account", origins[from] == "", "account_twice", "is a direct account and already used at "+origins[from]+"account")
	}
	if origins[from] == "" {
		origins[from] = path
	}
}

func (v *validation) checkServices(services []PayScoreService, path string) {
	v.need(path, len(services) > 0, "empty", "needs at least one PayScore service")
	ids := seen{}
	for i, s := range services {
		// string(32), wechat-protocol.md, credential inventory.
		v.need(at(path, i, "id"), isServiceID(s.ID), "service_id", "must be 1..32 letters or digits")
		v.unique(ids, s.ID, at(path, i, "id"), "service_twice")
		v.need(at(path, i, "risk_mode"), slices.Contains([]RiskMode{Refuse, Deposit}, s.RiskMode), "risk_mode", "must be refuse or deposit")
		v.need(at(path, i, "long_service"), s.LongService >= 0, "long_service", "must not be negative")
		v.need(at(path, i, "cap_fen"), s.Cap > 0, "cap", "must be more than 0 fen")
		v.need(at(path, i, "start_time"), slices.Contains([]StartTime{OnAccept, Explicit}, s.StartTime), "start_time", "must be on_accept or explicit")
	}
}
