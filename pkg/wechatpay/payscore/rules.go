package payscore

import (
	"regexp"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// orderNoForm is the charset and length of out_order_no (§10.1).
var orderNoForm = regexp.MustCompile(`^[0-9A-Za-z_\-|*]{1,32}$`)

// ValidOrderNo checks an out_order_no (= the SDK's out_trade_no): 1..32 of digits, letters and _-|*. The error is
// Terminal. A minted number should use digits and letters only (§1.2).
func ValidOrderNo(no string) error {
	if !orderNoForm.MatchString(no) {
		return fault.Invalid("out_order_no", "order_no_form", "out_order_no is 1 to 32 of digits, letters and _-|*")
	}
	return nil
}

const maxNotifyURL = 255

// ValidNotifyURL checks a notify_url for the public internet: https besides the rules every create is held to (§6.2).
// A configuration checks with this; create requests also pass with http, which the sandbox uses.
func ValidNotifyURL(raw string) error {
	if err := rule.NotifyURL(raw, maxNotifyURL); err != nil {
		return err
	}
	if !strings.HasPrefix(raw, "https://") {
		return fault.Invalid("notify_url", "notify_url_https", "notify_url is https")
	}
	return nil
}
