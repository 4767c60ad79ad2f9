package wechat

import (
	"context"
	"strconv"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/notify"
)

// authorizationEntity is entity A of wechat-protocol.md §7.3.
type authorizationEntity struct {
	AppID             string `json:"appid"`
	MchID             string `json:"mchid"`
	SubMchID          string `json:"sub_mchid,omitempty"`
	SubAppID          string `json:"sub_appid,omitempty"`
	OutRequestNo      string `json:"out_request_no,omitempty"`
	ServiceID         string `json:"service_id"`
	OpenID            string `json:"openid"`
	SubOpenID         string `json:"sub_openid,omitempty"`
	UserServiceStatus string `json:"user_service_status"`
	OpenOrCloseTime   string `json:"openorclose_time"`
	AuthorizationCode string `json:"authorization_code,omitempty"`
}

// Authorize opens or closes a user's consent to a service, as of now, and notifies if that is a change (§7.1, §7.3 A): the
// notify_url of the pre-authorisation, else the service_notify_url. An unknown merchant or service is of class NotFound.
func (s *Server) Authorize(ctx context.Context, appID, user string, to book.Authorization) error {
	m := s.Merchants[to.MchID]
	if m == nil {
		return fault.New(fault.NotFound, "merchant", "no merchant %q", to.MchID)
	}
	service, known := m.Service(to.ServiceID)
	if !known {
		return fault.New(fault.NotFound, "service", "no service %q", to.ServiceID)
	}
	to.At = s.Clock.Now()
	u, changed, err := s.Book.Authorize(ctx, appID, user, to)
	if err != nil || !changed {
		return err
	}
	a, _ := u.Authorization(to.Grantee())
	if to.SubAppID != "" {
		if err := s.Book.Meet(ctx, to.SubAppID, user); err != nil {
			return err
		}
	}
	return s.announceAuthorization(ctx, service.NotifyURL, u, a)
}

// announceAuthorization queues USER_OPEN_SERVICE or USER_CLOSE_SERVICE. A crash just before it loses the callback, as
// happens at WeChat (wechat-protocol.md §3.2).
func (s *Server) announceAuthorization(ctx context.Context, url string, u book.User, a book.Authorization) error {
	event := notify.UserCloseService
	if a.Open {
		event = notify.UserOpenService
	}
	e := authorizationEntity{AppID: u.AppID, MchID: a.MchID, SubMchID: a.SubMchID, SubAppID: a.SubAppID, OutRequestNo: a.OutRequestNo, ServiceID: a.ServiceID,
		OpenID: u.OpenID, UserServiceStatus: strings.TrimPrefix(event, "PAYSCORE."), OpenOrCloseTime: compact(a.At), AuthorizationCode: a.Code}
	if a.SubAppID != "" {
		e.SubOpenID = book.OpenID(a.SubAppID, u.Name)
	}
	body, err := encode(e)
	if err != nil {
		return err
	}
	if a.NotifyURL != "" {
		url = a.NotifyURL
	}
	return s.Notices.Add(ctx, notify.Notice{ID: notify.ID(event, a.MchID, a.SubMchID, a.ServiceID, u.OpenID, strconv.FormatInt(a.At.UnixMilli(), 10)),
		MchID: a.MchID, EventType: event, OpenID: u.OpenID, URL: url, Entity: body})
}
