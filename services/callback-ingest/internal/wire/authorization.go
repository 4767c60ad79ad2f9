package wire

import (
	"cmp"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

type authorization struct{ entity *notify.Authorisation }

func readAuthorization(plain []byte) (Entity, error) {
	a, err := notify.DecodeAuthorisation(plain)
	if err != nil {
		return nil, err
	}
	return authorization{a}, nil
}

func (a authorization) Fact() notice.Fact {
	e := a.entity
	return notice.Authorization{
		Party:  notice.Party{MchID: e.MchID, SubMchID: e.SubMchID, AppID: e.AppID, ServiceID: e.ServiceID},
		OpenID: e.OpenID, SubOpenID: e.SubOpenID, Status: string(e.Status),
		OpenOrCloseTime: e.OpenOrCloseTime, OutRequestNo: e.OutRequestNo,
	}
}

// Message: in partner mode a user may be known by sub_openid only; the key then comes from it, and openid stays empty.
func (a authorization) Message(origin *notifyv1.Origin, merchant string, users UserKey) proto.Message {
	e := a.entity
	return &notifyv1.PayScoreAuthorizationNotified{
		Merchant: merchant, UserKey: users.Of(cmp.Or(e.OpenID, e.SubOpenID)), Origin: origin, Openid: e.OpenID,
		ServiceId: e.ServiceID, OutRequestNo: e.OutRequestNo, AuthorizationCode: e.AuthorizationCode,
		UserServiceStatus: string(e.Status), OpenorcloseTime: e.OpenOrCloseTime,
	}
}
