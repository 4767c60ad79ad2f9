package rule

import (
	"net/url"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

// NotifyURL is an absolute URL of at most limit characters with a path, without query, fragment, blank or user (§6.2). http
// passes: the sandbox uses it.
func NotifyURL(raw string, limit int) error {
	if err := Required("notify_url", raw, limit); err != nil {
		return err
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Host == "", u.User != nil:
		return fault.Invalid("notify_url", "notify_url_form", "notify_url is an absolute URL")
	case strings.ContainsAny(raw, " \t\r\n?#"):
		return fault.Invalid("notify_url", "notify_url_query", "notify_url has no query, fragment or blank")
	case len(u.Path) < 2:
		return fault.Invalid("notify_url", "notify_url_path", "notify_url has a path")
	}
	return nil
}
