package authinfo

import (
	"net/netip"
	"net/url"
	"strings"
)

// longestNotifyURL is wechat-protocol.md §5.1.
const longestNotifyURL = 255

// notifyURL gives where WeChat tells of authorisations of a channel account; "" without a base.
func (c Config) notifyURL(account string) string {
	if c.PublicBase == "" {
		return ""
	}
	return c.PublicBase + "/v1/notify/wechat/" + account
}

// validBase holds the longest notify_url that can come of base to §5.1: https, no query. A host that WeChat cannot reach is
// a sandbox's: http passes there.
func validBase(base string) bool {
	if base == "" {
		return true
	}
	u, err := url.Parse(base)
	longest := len(Config{PublicBase: base}.notifyURL(strings.Repeat("a", 32)))
	return err == nil && u.Hostname() != "" && u.RawQuery == "" && u.Fragment == "" && !strings.HasSuffix(base, "/") &&
		longest <= longestNotifyURL && (u.Scheme == "https" || u.Scheme == "http" && onlyForSandbox(u.Hostname()))
}

// onlyForSandbox reports a host that WeChat cannot reach.
func onlyForSandbox(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return !strings.Contains(host, ".")
	}
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified()
}
