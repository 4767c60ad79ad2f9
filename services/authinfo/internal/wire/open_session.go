package wire

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/service"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/credential"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
)

// Request reads the message without its rawdata.
func Request(m *authinfov1.OpenSessionRequest) session.Request {
	return session.Request{
		RequestID: m.GetRequestId(), Merchant: m.GetMerchant(), ServiceID: m.GetServiceId(),
		StoreID: m.GetStoreId(), StoreName: m.GetStoreName(), DeviceID: m.GetDeviceId(),
		Attach: m.GetAttach(), OutOrderNo: m.GetOutOrderNo(),
	}
}

// Reply has every input of getUserPayScoreStatus (wechat-protocol.md §3.1).
func Reply(t credential.Terminal, s session.Session, authinfo service.Secret, askUnionID bool) *authinfov1.OpenSessionReply {
	reply := &authinfov1.OpenSessionReply{
		Appid: t.AppID, MchId: t.MchID, SubAppid: t.SubAppID, SubMchId: t.SubMchID,
		OutOrderNo: s.OutOrderNo, Authinfo: string(authinfo.Bytes()),
		PayscoreOutRequestNo: s.OutRequestNo, PayscoreServiceId: s.ServiceID,
		ExpiresAt: timestamppb.New(s.ExpiresAt),
	}
	if askUnionID {
		reply.AskUnionid = 1
	}
	return reply
}
