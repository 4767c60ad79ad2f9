package handle

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"github.com/facepay-go/facepay/pkg/fault"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/issuer"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
	"github.com/facepay-go/facepay/services/authinfo/internal/wechat"
)

// deskOf finds the desk of a merchant and holds the service to being one whose users authorise it. Errors are Terminal.
func deskOf(desks map[string]*wechat.Desk, merchant, serviceID string) (*wechat.Desk, error) {
	desk, known := desks[merchant]
	if !known {
		return nil, fault.Invalid("merchant", "unknown_merchant", "is no merchant of merchants.yaml")
	}
	return desk, desk.NoConfirm(serviceID)
}

func validRequestID(id string) error {
	if !session.IsRequestID(id) {
		return fault.Invalid("request_id", "charset_or_length", "must be 1 to 64 of 0-9 A-Z a-z _ -")
	}
	return nil
}

// digest names the body of a request: equal digests are the same request. An openid goes in as its user_key.
func digest(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part)))) // no two lists of parts read alike
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sameRequest is nil when a request_id comes again with the body it had; else a Conflict.
func sameRequest(had, has string) error {
	if had == has {
		return nil
	}
	return &fault.Error{Class: fault.Conflict, Code: "request_id_conflict", Field: "request_id", Text: "was used before with another body"}
}

// oneOf holds a request to naming its authorisation once. The error is Terminal.
func oneOf(openid, code string) error {
	if (openid == "") == (code == "") {
		return fault.Invalid("openid", "one_of", "exactly one of openid and authorization_code names the authorisation")
	}
	return nil
}

// unsettled is what a caller hears when WeChat gave no answer to go by.
func unsettled(m consent.Meaning) error {
	if m == consent.Misconfigured {
		return fault.New(fault.Terminal, issuer.Configuration, "WeChat refuses our signature: certificate serial, private key or clock are wrong")
	}
	return fault.New(fault.Retry, issuer.Unavailable, "WeChat does not answer: repeat with the same request_id")
}

// denied is what a caller hears when WeChat refused for good.
func denied(reason string) error {
	switch reason {
	case consent.Configuration:
		return fault.New(fault.Terminal, issuer.Configuration, "WeChat refuses: a right, a binding or the mode of the service is wrong")
	case consent.UnfinishedOrders:
		return fault.New(fault.Conflict, consent.UnfinishedOrders, "the user has unfinished orders of this service: finish them, then use a new request_id")
	case consent.NotAuthorised:
		return fault.New(fault.NotFound, consent.NotAuthorised, "there is no authorisation to end")
	default:
		return fault.New(fault.Terminal, "wechat_refused", "WeChat refuses the request; the log names its code")
	}
}
