package wechat

import (
	"context"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// Results of getUserPayScoreStatus (wechat-protocol.md §3.2).
const (
	FaceSuccess     = "SUCCESS"
	FaceError       = "ERROR"
	FaceUserCancel  = "USER_CANCEL"
	FaceScanPayment = "SCAN_PAYMENT"
)

// staleAuthinfo is the SDK's err_code for request info that is missing or expired (§2.2).
const staleAuthinfo = 271382020

// FaceRequest is a scripted getUserPayScoreStatus: the SDK's own input (§3.1), the terminal it runs on, and the person
// who stands in front of it. A partner's sub-merchant is in the authinfo.
type FaceRequest struct {
	AppID        string `json:"appid"`
	MchID        string `json:"mch_id"`
	OutTradeNo   string `json:"out_trade_no"`
	Authinfo     string `json:"authinfo"`
	OutRequestNo string `json:"payscore_out_request_no"`
	ServiceID    string `json:"payscore_service_id"`
	AskUnionID   int    `json:"ask_unionid"`

	// DeviceID is the terminal's device_id; Rawdata, if given, comes from its machine.
	DeviceID string `json:"device_id"`
	Rawdata  string `json:"rawdata"`
	// User is any name: the same name is the same person. Behaviour is one of the results, SUCCESS when empty.
	User      string `json:"user"`
	Behaviour string `json:"behaviour"`
}

// FaceResult is what the SDK's callback gets (§3.2).
type FaceResult struct {
	ReturnCode string `json:"return_code"`
	ErrCode    int    `json:"err_code"`
	ReturnMsg  string `json:"return_msg"`
	OpenID     string `json:"openid,omitempty"`
	SubOpenID  string `json:"sub_openid,omitempty"`
	FaceSID    string `json:"face_sid,omitempty"`
}

// faceSID is what a face_sid says. Its lifetime is not documented (§10.4): here it does not expire.
type faceSID struct {
	AppID, SubMchID, User string
	AskUnionID            bool
}

// Face acts as getUserPayScoreStatus. On SUCCESS the user has authorised the service, and the merchant hears of it at
// service_notify_url when that is new; whether WeChat notifies at every face is not established (§10.4).
func (s *Server) Face(ctx context.Context, r FaceRequest) (FaceResult, error) {
	merchant := s.Merchants[r.MchID]
	if merchant == nil || !merchant.Bound(r.AppID) {
		return FaceResult{ReturnCode: paramError, ReturnMsg: "appid和mch_id不匹配"}, nil
	}
	held, wrong := s.refuseFace(merchant, r)
	if wrong != nil {
		return *wrong, nil
	}
	switch r.Behaviour {
	case "", FaceSuccess:
		return s.recognise(ctx, merchant, held, r)
	case FaceError:
		return FaceResult{ReturnCode: FaceError, ReturnMsg: "开通支付分或授权失败"}, nil
	case FaceUserCancel:
		return FaceResult{ReturnCode: FaceUserCancel, ReturnMsg: "用户取消"}, nil
	case FaceScanPayment:
		return FaceResult{ReturnCode: FaceScanPayment, ReturnMsg: "用户选择了扫码使用服务"}, nil
	}
	return FaceResult{}, fault.Invalid("behaviour", "face_behaviour", "must be SUCCESS, ERROR, USER_CANCEL or SCAN_PAYMENT")
}

// refuseFace reads the authinfo and says what is wrong with the input, nil when nothing is.
func (s *Server) refuseFace(m *account.Merchant, r FaceRequest) (held credential, wrong *FaceResult) {
	_, known := m.Service(r.ServiceID)
	switch {
	case !orderNumber.MatchString(r.OutTradeNo):
		return held, &FaceResult{ReturnCode: paramError, ReturnMsg: "参数错误:out_trade_no"}
	case r.User == "":
		return held, &FaceResult{ReturnCode: paramError, ReturnMsg: "参数错误:user"}
	case !known:
		return held, &FaceResult{ReturnCode: paramError, ReturnMsg: "参数错误:payscore_service_id"}
	case !unseal(m, r.Authinfo, &held) || held.AppID != r.AppID || s.Clock.Now().UnixMilli() >= held.Expires:
		return held, &FaceResult{ReturnCode: FaceError, ErrCode: staleAuthinfo, ReturnMsg: "请求信息缺失或已过期"}
	case held.DeviceID != r.DeviceID, !sameMachine(held.Machine, machineOf(r.Rawdata)):
		return held, &FaceResult{ReturnCode: paramError, ReturnMsg: "AuthInfo License Error"}
	}
	return held, nil
}

func sameMachine(a, b string) bool { return a == b || a == "" || b == "" }

func (s *Server) recognise(ctx context.Context, m *account.Merchant, held credential, r FaceRequest) (FaceResult, error) {
	sid, err := s.seal(m, faceSID{AppID: r.AppID, SubMchID: held.SubMchID, User: r.User, AskUnionID: r.AskUnionID == 1})
	if err != nil {
		return FaceResult{}, err
	}
	// A need-confirm service has no authorisation: the user confirms each order (§5).
	if service, _ := m.Service(r.ServiceID); !service.Confirm {
		consent := book.Authorization{MchID: m.MchID, SubMchID: held.SubMchID, SubAppID: held.SubAppID, ServiceID: r.ServiceID, OutRequestNo: r.OutRequestNo, Open: true}
		if err := s.Authorize(ctx, r.AppID, r.User, consent); err != nil {
			return FaceResult{}, err
		}
	}
	result := FaceResult{ReturnCode: FaceSuccess, ReturnMsg: "成功", OpenID: book.OpenID(r.AppID, r.User), FaceSID: urlSafe.Replace(sid)}
	if held.SubAppID != "" {
		result.SubOpenID = book.OpenID(held.SubAppID, r.User)
	}
	return result, nil
}

// urlSafe keeps a face_sid one path segment; urlUnsafe undoes it.
var (
	urlSafe   = strings.NewReplacer("+", "-", "/", "_", "=", ".")
	urlUnsafe = strings.NewReplacer("-", "+", "_", "/", ".", "=")
)
