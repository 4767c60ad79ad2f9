package wechatpay

import (
	"context"
	"fmt"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
)

// credential makes the Authorization header (wechat-protocol.md §1.2) with the SDK's signer. The SDK's own credential
// takes the machine's time and its own nonce, so it can be held neither to our clock nor to a test vector.
// It signs with the account's key of the moment, serial and key together.
type credential struct {
	account *Account
	clock   clock.Clock
	nonce   func() string
}

var _ auth.Credential = (*credential)(nil)

func newCredential(a *Account, o Options) (*credential, error) {
	if a.keys.Load().signer == nil {
		return nil, noPrivateKey(a)
	}
	return &credential{account: a, clock: o.Clock, nonce: o.Nonce}, nil
}

func noPrivateKey(a *Account) error {
	return fault.New(fault.Terminal, "no_private_key", "account %s was loaded without its private key: add ToCall", a.id)
}

// GenerateAuthorizationHeader signs one request; canonicalURL is the RequestURI that goes on the wire.
func (c *credential) GenerateAuthorizationHeader(ctx context.Context, method, canonicalURL, signBody string) (string, error) {
	now, nonce, signer := c.clock.Now().Unix(), c.nonce(), c.account.keys.Load().signer
	if signer == nil {
		return "", noPrivateKey(c.account)
	}
	signed, err := signer.Sign(ctx, fmt.Sprintf(consts.SignatureMessageFormat, method, canonicalURL, now, nonce, signBody))
	if err != nil {
		return "", fault.New(fault.Terminal, "signing_failed", "the private key does not sign")
	}
	return fmt.Sprintf(consts.HeaderAuthorizationFormat, "WECHATPAY2-"+signer.Algorithm(),
		signed.MchID, nonce, now, signed.CertificateSerialNo, signed.Signature), nil
}
