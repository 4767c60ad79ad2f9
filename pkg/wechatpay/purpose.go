package wechatpay

import "github.com/facepay-go/facepay/pkg/merchant"

// Purpose is what a service will do with an account. It decides which secrets are opened, so that a service holds no
// key it does not use.
type Purpose uint8

const (
	// ToCall signs APIv3 requests and verifies answers: the private key, and the keys that verify.
	ToCall Purpose = iota + 1
	// ToReceive verifies and decrypts notifications: the APIv3 key, and the keys that verify.
	ToReceive
	// ToSignV2 signs v2: face authinfo (§2) and client jumps (§5.4). It opens the APIv2 key only.
	ToSignV2
)

// needs is which fields of an account a set of purposes opens.
type needs struct {
	private, apiv2, apiv3, verify bool
}

// needsOf adds purposes up; no purpose at all means every one. Platform certificates are downloaded with a signed
// request and decrypted with the APIv3 key, so verifying by them takes both (§1.4).
func needsOf(w *merchant.WeChatAccount, purposes []Purpose) needs {
	if len(purposes) == 0 {
		purposes = []Purpose{ToCall, ToReceive, ToSignV2}
	}
	var n needs
	for _, p := range purposes {
		switch p {
		case ToCall:
			n.private, n.verify = true, true
		case ToReceive:
			n.apiv3, n.verify = true, true
		case ToSignV2:
			n.apiv2 = true
		}
	}
	if n.verify && w.PlatformCertificates {
		n.private, n.apiv3 = true, true
	}
	return n
}
