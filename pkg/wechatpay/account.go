package wechatpay

import (
	"cmp"
	"crypto/rsa"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
)

// FaceHost is the base of get_wxpayface_authinfo when the account names none (wechat-protocol.md §2).
const FaceHost = "https://payapp.weixin.qq.com"

// PublicKeyPrefix starts the id of a WeChat Pay public key and tells it from a certificate serial (§1.3).
const PublicKeyPrefix = "PUB_KEY_ID_"

// Account is one WeChat Pay account with the keys that were asked for, opened and checked. It prints as its id.
type Account struct {
	id, mchID, serial     string
	partner, certificates bool
	apiURL, faceURL       string
	private               PrivateKey
	apiv2                 APIv2Key
	apiv3                 APIv3Key
	publicKeys            []publicKey
	rates                 rates
}

type publicKey struct {
	id  string
	key *rsa.PublicKey
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
		id: a.ID, mchID: w.MchID, serial: strings.ToUpper(w.MerchantSerial), partner: w.Partner, certificates: w.PlatformCertificates,
		apiURL:  strings.TrimRight(cmp.Or(w.APIURL, consts.WechatPayAPIServer), "/"),
		faceURL: strings.TrimRight(cmp.Or(w.FaceURL, FaceHost), "/"),
	}
	n := needsOf(w, purposes)
	r.mchID(w.MchID)
	acc.rates = r.rates(w.Rates)
	if n.private {
		r.serial(w.MerchantSerial)
		acc.private = read(&r, "private_key_file", w.PrivateKeyFile, NewPrivateKey)
	}
	if n.apiv2 {
		acc.apiv2 = read(&r, "apiv2_key_file", w.APIv2KeyFile, NewAPIv2Key)
	}
	if n.apiv3 {
		acc.apiv3 = read(&r, "apiv3_key_file", w.APIv3KeyFile, NewAPIv3Key)
	}
	if n.verify {
		acc.publicKeys = r.publicKeys(w)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
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

// APIv2 is the APIv2 key; zero unless ToSignV2 was asked for.
func (a *Account) APIv2() APIv2Key { return a.apiv2 }

// APIv3 is the APIv3 key; zero unless ToReceive was asked for or certificates are downloaded.
func (a *Account) APIv3() APIv3Key { return a.apiv3 }

// Format prints the id only, whatever the verb.
func (a *Account) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "wechat account "+a.id) }

// LogValue is the id only.
func (a *Account) LogValue() slog.Value { return slog.StringValue(a.id) }
