package wechatpay

import (
	"context"
	"fmt"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/signers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
)

// credential makes the Authorization header (wechat-protocol.md §1.2) with the SDK's signer. The SDK's own credential
// takes the machine's time and its own nonce, so it can be held neither to our clock nor to a test vector.
type credential struct {
	signer auth.Signer
	clock  clock.Clock
	nonce  func() string
}

var _ auth.Credential = (*credential)(nil)

func newCredential(a *Account, o Options) (*credential, error) {
	if a.private.IsZero() {
		return nil, fault.New(fault.Terminal, "no_private_key", "account %s was loaded without its private key: add ToCall", a.id)
	}
	return &credential{
		signer: &signers.SHA256WithRSASigner{MchID: a.mchID, CertificateSerialNo: a.serial, PrivateKey: a.private.rsa},
		clock:  o.Clock, nonce: o.Nonce,
	}, nil
}

// GenerateAuthorizationHeader signs one request; canonicalURL is the RequestURI that goes on the wire.
func (c *credential) GenerateAuthorizationHeader(ctx context.Context, method, canonicalURL, signBody string) (string, error) {
	now, nonce := c.clock.Now().Unix(), c.nonce()
	signed, err := c.signer.Sign(ctx, fmt.Sprintf(consts.SignatureMessageFormat, method, canonicalURL, now, nonce, signBody))
	if err != nil {
		return "", fault.New(fault.Terminal, "signing_failed", "the private key does not sign")
	}
	return fmt.Sprintf(consts.HeaderAuthorizationFormat, "WECHATPAY2-"+c.signer.Algorithm(),
		signed.MchID, nonce, now, signed.CertificateSerialNo, signed.Signature), nil
}
