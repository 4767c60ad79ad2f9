package wechatpay

import (
	"crypto/x509"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/signers"

	"github.com/facepay-go/facepay/pkg/merchant"
)

// keys are what was opened of an account at one moment. They never change: a rotation puts others in their place, all at
// once, so that a serial never goes with the key of another.
type keys struct {
	serial  string
	private PrivateKey
	signer  auth.Signer
	// merchant is the merchant API certificate, nil when its file is not configured.
	merchant *x509.Certificate
	apiv2    APIv2Key
	apiv3    []APIv3Key // newest first
	// public are the WeChat Pay public keys; certificates says that platform certificates are held beside them.
	public       *keySet
	certificates bool
	answersBy    merchant.AnswerKey
	// replaced is closed when others took their place.
	replaced chan struct{}
}

func newSigner(mchID, serial string, private PrivateKey) auth.Signer {
	return &signers.SHA256WithRSASigner{MchID: mchID, CertificateSerialNo: serial, PrivateKey: private.rsa}
}
