// Package wire maps between the messages of proto/facepay/authinfo/v1 and the domain.
package wire

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/credential"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
)

// SessionOpened tells that a number was handed out.
func SessionOpened(merchant string, s session.Session) *authinfov1.SessionOpened {
	return &authinfov1.SessionOpened{
		Merchant: merchant, OutOrderNo: s.OutOrderNo, DeviceId: s.DeviceID, StoreId: s.StoreID, ServiceId: s.ServiceID,
		PayscoreOutRequestNo: s.OutRequestNo,
		OpenedAt:             timestamppb.New(s.OpenedAt), ExpiresAt: timestamppb.New(s.ExpiresAt),
	}
}

// SessionExpired tells that no face result came in time.
func SessionExpired(merchant string, s session.Session) *authinfov1.SessionExpired {
	return &authinfov1.SessionExpired{
		Merchant: merchant, OutOrderNo: s.OutOrderNo, DeviceId: s.DeviceID, ExpiredAt: timestamppb.New(s.EndedAt),
	}
}

// CredentialIssued tells that a terminal was given a credential, without the credential.
func CredentialIssued(merchant string, c credential.Credential) *authinfov1.CredentialIssued {
	return &authinfov1.CredentialIssued{
		Merchant: merchant, DeviceId: c.DeviceID, StoreId: c.StoreID,
		IssuedAt: timestamppb.New(c.IssuedAt), ExpiresAt: timestamppb.New(c.ExpiresAt),
	}
}
