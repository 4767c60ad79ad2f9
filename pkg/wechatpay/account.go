package wechatpay

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
)

// FaceHost is the base of get_wxpayface_authinfo when the account names none (wechat-protocol.md §2).
const FaceHost = "https://payapp.weixin.qq.com"

// PublicKeyPrefix starts the id of a WeChat Pay public key and tells it from a certificate serial (§1.3).
const PublicKeyPrefix = "PUB_KEY_ID_"

// Account is one WeChat Pay account with the keys that were asked for, opened and checked. Rekey replaces its keys while
// it is used; everything else stays as it was loaded. It prints as its id.
type Account struct {
	id, mchID       string
	partner         bool
	apiURL, faceURL string
	rates           rates
	purposes        []Purpose
	keys            atomic.Pointer[keys]
	rekeying        sync.Mutex
	// seen is what the files held when they were last judged, and refused why they were not taken; of rekeying.
	seen    fingerprint
	refused error
}

// LoadAccount opens the key files of an account, only those the purposes need (none given = all). Every fault is found
// in one go: the error joins Terminal faults whose field is "accounts[<id>].wechat.<field>" and whose text is the rule
// broken. No error quotes a key; a file that cannot be read is named.
func LoadAccount(a merchant.Account, purposes ...Purpose) (*Account, error) {
	r := keyReader{account: a.ID}
	if a.WeChat == nil {
		r.fail("", "not_wechat", "this is not a WeChat Pay account")
		return nil, r.err()
	}
	w := a.WeChat
	acc := &Account{
		id: a.ID, mchID: w.MchID, partner: w.Partner, purposes: purposes, rates: r.rates(w.Rates),
		apiURL:  strings.TrimRight(cmp.Or(w.APIURL, consts.WechatPayAPIServer), "/"),
		faceURL: strings.TrimRight(cmp.Or(w.FaceURL, FaceHost), "/"),
	}
	n := needsOf(w, purposes)
	acc.seen = fingerprintOf(w, n)
	r.mchID(w.MchID)
	opened := r.open(w, n)
	if err := r.err(); err != nil {
		return nil, err
	}
	acc.keys.Store(opened)
	return acc, nil
}

// ID is our id of the account, the last part of its notify_url.
func (a *Account) ID() string { return a.id }

// MchID is the merchant number (商户号); in partner mode the partner's.
func (a *Account) MchID() string { return a.mchID }

// Partner reports service-provider mode (服务商), which has other paths and bodies (§6.12).
func (a *Account) Partner() bool { return a.partner }

// FaceURL is the base of get_wxpayface_authinfo, without a trailing slash.
func (a *Account) FaceURL() string { return a.faceURL }

// Serial is the serial of the merchant API certificate (商户API证书序列号) that is signed with now, upper case.
func (a *Account) Serial() string { return a.keys.Load().serial }

// APIv2 is the APIv2 key of now; zero unless ToSignV2 was asked for. Take it once per call: the next may be another.
func (a *Account) APIv2() APIv2Key { return a.keys.Load().apiv2 }

// APIv3 are the APIv3 keys, always those of now; zero unless ToReceive was asked for or certificates are downloaded.
func (a *Account) APIv3() APIv3Keys { return APIv3Keys{account: a} }

// Format prints the id only, whatever the verb.
func (a *Account) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "wechat account "+a.id) }

// LogValue is the id only.
func (a *Account) LogValue() slog.Value { return slog.StringValue(a.id) }
