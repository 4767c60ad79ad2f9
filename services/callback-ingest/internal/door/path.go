package door

import (
	"net/http"
	"path"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Prefix begins the path of the notify_url contract; the id of the channel account follows and selects the keys
// (architecture.md §4).
const Prefix = "/v1/notify/wechat/"

const spanName = http.MethodPost + " " + Prefix + "{account}"

// accountOf finds the account that a request is for. A path that names one of ours in another spelling (a slash at its
// end, two in a row) gives the account together with the error: it is a notify_url to correct. There are no redirects,
// since a redirected POST is not a delivery. Errors: unknown_account, wrong_path, wrong_method.
func (d *Door) accountOf(r *http.Request) (string, error) {
	account, exact := d.named(r.URL.Path)
	if !exact {
		if account, _ = d.named(path.Clean(r.URL.Path)); account == "" {
			return "", fault.New(fault.NotFound, "unknown_account", "the path names no account of ours")
		}
		return account, fault.New(fault.NotFound, "wrong_path", "the path of this account is written in another way")
	}
	if r.Method != http.MethodPost {
		return account, fault.New(fault.Terminal, "wrong_method", "a notification is a POST")
	}
	return account, nil
}

func (d *Door) named(path string) (account string, known bool) {
	rest, ours := strings.CutPrefix(path, Prefix)
	if _, known := d.Accounts[rest]; ours && known {
		return rest, true
	}
	return "", false
}
