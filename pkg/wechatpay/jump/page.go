package jump

import (
	"strconv"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// BusinessType is the page to open (跳转类型).
type BusinessType string

// The pages of PayScore.
const (
	ScoreEnable BusinessType = "wxpayScoreEnable"
	ScoreDetail BusinessType = "wxpayScoreDetail"
	ScoreUse    BusinessType = "wxpayScoreUse"
)

// Signer signs jumps for one merchant number, with its APIv2 key. Which numbers a partner's sub-merchant sends is not
// established: the parameters here are those of direct merchants. The zero Signer does not sign.
type Signer struct {
	MchID string
	Key   wechatpay.APIv2Key
}

// Moment is what makes a signature fresh. Page and signature have no documented age limit: make them when asked for.
type Moment struct {
	// At is sent in seconds.
	At time.Time
	// Nonce is 1..32 letters and digits, unpredictable (crypto/rand.Text).
	Nonce string
}

// Authorise opens the page on which a user authorises a service. The token is of a pre-authorisation (permission package)
// and works for an hour. The error is Terminal.
func Authorise(token wechatpay.Secret) (Page, error) {
	if token.IsZero() {
		return Page{}, fault.Invalid("apply_permissions_token", "required", "apply_permissions_token is required")
	}
	return page(ScoreEnable, []field{{"apply_permissions_token", token.Reveal()}}), nil
}

// OrderDetail opens the page of one order, signed over six fields. The error is Terminal and names field and rule.
func (s Signer) OrderDetail(serviceID, outOrderNo string, m Moment) (Page, error) {
	if err := rule.First(rule.Required("service_id", serviceID, 32), rule.Required("out_order_no", outOrderNo, 32)); err != nil {
		return Page{}, err
	}
	return s.signed(ScoreDetail, m, field{"service_id", serviceID}, field{"out_order_no", outOrderNo})
}

// Confirm opens the page on which a user confirms a need-confirm order, signed over five fields. The package is of its
// create (payscore.Order) and works for an hour. The error is Terminal and names field and rule.
func (s Signer) Confirm(pack wechatpay.Secret, m Moment) (Page, error) {
	if pack.IsZero() {
		return Page{}, fault.Invalid("package", "required", "package is required")
	}
	return s.signed(ScoreUse, m, field{"package", pack.Reveal()})
}

// signed puts merchant number, moment and signature (§2.3) around what a page is about, in the order of the documents.
func (s Signer) signed(to BusinessType, m Moment, about ...field) (Page, error) {
	if s.Key.IsZero() {
		return Page{}, fault.New(fault.Terminal, "no_apiv2_key", "jumps are signed with the APIv2 key: load the account ToSignV2")
	}
	if err := rule.First(rule.Required("mch_id", s.MchID, 32), rule.Required("nonce_str", m.Nonce, 32)); err != nil {
		return Page{}, err
	}
	if m.At.Unix() <= 0 {
		return Page{}, fault.Invalid("timestamp", "required", "timestamp is required")
	}
	all := append([]field{{"mch_id", s.MchID}}, about...)
	all = append(all, field{"timestamp", strconv.FormatInt(m.At.Unix(), 10)}, field{"nonce_str", m.Nonce},
		field{"sign_type", string(wechatpay.HMACSHA256)})
	values := make(map[string]string, len(all))
	for _, f := range all {
		values[f.name] = f.value
	}
	return page(to, append(all, field{"sign", s.Key.Sign(values, wechatpay.HMACSHA256)})), nil
}
