package wire

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/authorisation"
	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

// Fact reads the opening or closing that a notification tells. The error is Terminal: WeChat's status or time is not what
// is documented, and without them nothing can be decided.
func Fact(m *notifyv1.PayScoreAuthorizationNotified) (authorisation.Fact, error) {
	at, err := payscore.ParseCompact(m.GetOpenorcloseTime())
	if err != nil {
		return authorisation.Fact{}, fault.Invalid("openorclose_time", "notice_time", "is not yyyyMMddHHmmss")
	}
	f := authorisation.Fact{At: at, OutRequestNo: m.GetOutRequestNo(), AuthorizationCode: m.GetAuthorizationCode()}
	switch notify.UserStatus(m.GetUserServiceStatus()) {
	case notify.Opened:
		f.Kind = authorisation.Opening
	case notify.Closed:
		f.Kind = authorisation.Closing
	default:
		return authorisation.Fact{}, fault.Invalid("user_service_status", "notice_status", "is neither USER_OPEN_SERVICE nor USER_CLOSE_SERVICE")
	}
	return f, nil
}

// AuthorizationOpened tells of an opening.
func AuthorizationOpened(merchant, userKey, serviceID string, f authorisation.Fact, now time.Time) proto.Message {
	return &authinfov1.AuthorizationOpened{
		Merchant: merchant, UserKey: userKey, ServiceId: serviceID, AuthorizationCode: f.AuthorizationCode, OutRequestNo: f.OutRequestNo,
		OpenedAt: timestamppb.New(f.At), OccurredAt: timestamppb.New(now),
	}
}

// AuthorizationClosed tells of a closing. by is user or merchant, as far as we know.
func AuthorizationClosed(merchant, userKey, serviceID, by string, f authorisation.Fact, now time.Time) proto.Message {
	return &authinfov1.AuthorizationClosed{
		Merchant: merchant, UserKey: userKey, ServiceId: serviceID, AuthorizationCode: f.AuthorizationCode, ClosedBy: by,
		ClosedAt: timestamppb.New(f.At), OccurredAt: timestamppb.New(now),
	}
}

// Consent tells of a consent's step; nil for nothing.
func Consent(merchant string, c consent.Consent, told consent.Told, now time.Time) proto.Message {
	switch {
	case told == consent.Awaited:
		return &authinfov1.AuthorizationAwaited{
			Merchant: merchant, OutOrderNo: c.OutOrderNo, DeviceId: c.DeviceID, AuthorizationCode: c.Code,
			ExpiresAt: timestamppb.New(c.ExpiresAt), OccurredAt: timestamppb.New(now),
		}
	case told == consent.Ended && c.State == consent.Authorised:
		return &authinfov1.ServiceAuthorised{
			Merchant: merchant, OutOrderNo: c.OutOrderNo, DeviceId: c.DeviceID, KnownBy: c.KnownBy, OccurredAt: timestamppb.New(now),
		}
	case told == consent.Ended:
		return &authinfov1.ServiceNotAuthorised{
			Merchant: merchant, OutOrderNo: c.OutOrderNo, DeviceId: c.DeviceID, Reason: c.Reason, OccurredAt: timestamppb.New(now),
		}
	}
	return nil
}
