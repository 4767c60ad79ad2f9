package merchant

import (
	"net"
	"net/url"
	"strings"
)

func (v *validation) checkAccounts(accounts []Account) {
	ids, mchids := seen{}, seen{}
	for i := range accounts {
		a := &accounts[i]
		field := func(name string) string { return at("accounts", i, name) }
		v.need(field("id"), isID(a.ID), "id", "must be 1..32 of 0-9 a-z -")
		v.unique(ids, a.ID, field("id"), "id_twice")
		v.need(field("wechat"), a.WeChat != nil, "empty", "must be set: an account is at one provider")
		if a.WeChat == nil {
			continue
		}
		v.checkWeChat(a.WeChat, field("wechat."))
		// Two accounts of one mchid would both claim its notifications and its bill.
		v.unique(mchids, a.WeChat.MchID, field("wechat.mchid"), "mchid_twice")
		if v.accounts[a.ID] == nil {
			v.accounts[a.ID] = a
		}
	}
}

// checkWeChat: forms after the credential inventory of wechat-protocol.md.
func (v *validation) checkWeChat(w *WeChatAccount, path string) {
	v.need(path+"mchid", isMchID(w.MchID), "mchid", "must be 8 to 10 digits (商户号)")
	v.need(path+"merchant_serial", isSerial(w.MerchantSerial) || w.MerchantSerial == "" && w.CertificateFile != "", "serial",
		"must be 40 hex digits (商户API证书序列号), or left out beside certificate_file")
	v.need(path+"private_key_file", w.PrivateKeyFile != "", "empty", "must name the merchant API private key")
	v.need(path+"apiv2_key_file", w.APIv2KeyFile != "", "empty", "must name the APIv2 key")
	v.need(path+"apiv3_key_file", w.APIv3KeyFile != "", "empty", "must name the APIv3 key: without it WeChat sends no notification")
	v.need(path+"public_keys", len(w.PublicKeys) > 0 || w.PlatformCertificates, "no_verification_key",
		"needs a public key (微信支付公钥) or platform_certificates: true, else nothing WeChat says can be verified")
	v.need(path+"answers_signed_by", w.AnswersSignedBy == ByPublicKey || w.AnswersSignedBy == ByCertificate && w.PlatformCertificates,
		"answers_signed_by", "must be public_key, or certificate with platform_certificates: true")
	ids := seen{}
	for i, k := range w.PublicKeys {
		id := at(path+"public_keys", i, "id")
		v.need(id, strings.HasPrefix(k.ID, "PUB_KEY_ID_") && len(k.ID) > len("PUB_KEY_ID_"), "public_key_id", "must start with PUB_KEY_ID_")
		v.unique(ids, k.ID, id, "public_key_twice")
		v.need(at(path+"public_keys", i, "file"), k.File != "", "empty", "must name the key")
	}
	v.checkRates(w.Rates, path+"rates")
	v.need(path+"api_url", isBaseURL(w.APIURL), "url", urlRule)
	v.need(path+"face_url", isBaseURL(w.FaceURL), "url", urlRule)
}

func (v *validation) checkRates(list []Rate, path string) {
	operations := map[string]bool{}
	for i, r := range list {
		v.need(at(path, i, "operation"), !operations[r.Operation], "rate_twice", "has two rates")
		operations[r.Operation] = true
		// One call in a day is the slowest anybody can mean.
		v.need(at(path, i, "per_second"), r.PerSecond >= 1.0/86400 && r.PerSecond <= 1e6, "rate", "must be above 0 and at most a million")
		v.need(at(path, i, "burst"), r.Burst >= 0 && r.Burst <= 1e6, "burst", "must be 0 to a million")
	}
}

const urlRule = "must be https://host with an optional path; http only for a loopback or single-label host"

// isBaseURL: no user, query or fragment, because paths are appended and the URL is printed.
func isBaseURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && Private(u.Hostname())
}

// Private reports whether a host is out of the world's reach: loopback, or a name without a dot as containers of one
// network call each other. Plain http is accepted there, for the sandbox.
func Private(host string) bool {
	ip := net.ParseIP(host)
	return host != "" && ip == nil && !strings.Contains(host, ".") || ip != nil && ip.IsLoopback()
}
