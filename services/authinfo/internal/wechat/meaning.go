package wechat

import (
	"github.com/facepay-go/facepay/pkg/wechatpay"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

// refused puts every verdict that is not Accepted into the words of package consent, for any of the calls; reason is set
// with Denied. Nothing here branches on a text.
func refused(v wechatpay.Verdict, a wechatpay.Answer) (m consent.Meaning, reason string) {
	switch v {
	case wechatpay.TooFrequent:
		return consent.Later, ""
	case wechatpay.SignatureRefused:
		return consent.Misconfigured, ""
	case wechatpay.Undecided:
		if a.NotSent { // not one byte left us: no doubt beyond what earlier sends left
			return consent.Later, ""
		}
		return consent.Doubtful, ""
	case wechatpay.RefusedConfig: // no right, or a need-confirm service (§5)
		return consent.Denied, consent.Configuration
	default:
		return consent.Denied, consent.Rule
	}
}
