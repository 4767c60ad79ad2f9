package handle

import (
	"github.com/facepay-go/facepay/pkg/seal"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

// Vault seals what a document must keep and nobody may read: an openid, a token, a body with an openid. Each text opens only
// in the document and the field it was sealed for.
type Vault struct{ Sealer *seal.Sealer }

// field is a sealed field of a document.
type field string

const (
	userField  field = "user"
	tokenField field = "token"
	bodyField  field = "body"
)

// place is authenticated with the text.
func place(document string, f field) []byte { return []byte(document + "/" + string(f)) }

// seal: the error is Retry.
func (v Vault) seal(document string, f field, text []byte) (consent.Sealed, error) {
	sealed, err := v.Sealer.Seal(text, place(document, f))
	return consent.Sealed(sealed), err
}

// open: errors are Retry while the key may still come, Terminal when the text is broken.
func (v Vault) open(document string, f field, sealed consent.Sealed) ([]byte, error) {
	return v.Sealer.Open(seal.Sealed(sealed), place(document, f))
}
