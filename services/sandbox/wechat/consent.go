package wechat

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/notify"
)

// authorizationEntity is entity A of wechat-protocol.md §7.3.
type authorizationEntity struct {
	AppID             string `json:"appid"`
	MchID             string `json:"mchid"`
	OutRequestNo      string `json:"out_request_no,omitempty"`
	ServiceID         string `json:"service_id"`
	OpenID            string `json:"openid"`
	UserServiceStatus string `json:"user_service_status"`
	OpenOrCloseTime   string `json:"openorclose_time"`
}

// Authorize opens or closes a user's consent to a service, as of now, and notifies service_notify_url if that is a change
// (§7.1, §7.3 A). An unknown merchant or service is of class NotFound.
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
	return s.announceAuthorization(ctx, service, u, to.At)
}

// announceAuthorization queues USER_OPEN_SERVICE or USER_CLOSE_SERVICE. A crash just before it loses the callback, as
// happens at WeChat (wechat-protocol.md §3.2).
func (s *Server) announceAuthorization(ctx context.Context, service account.Service, u book.User, at time.Time) error {
	for _, a := range u.Authorizations {
		if a.ServiceID != service.ID || !a.At.Equal(at) {
			continue
		}
		event := notify.UserCloseService
		if a.Open {
			event = notify.UserOpenService
		}
		body, err := encode(authorizationEntity{AppID: u.AppID, MchID: a.MchID, OutRequestNo: a.OutRequestNo, ServiceID: a.ServiceID, OpenID: u.OpenID,
			UserServiceStatus: strings.TrimPrefix(event, "PAYSCORE."), OpenOrCloseTime: compact(at)})
		if err != nil {
			return err
		}
		return s.Notices.Add(ctx, notify.Notice{ID: notify.ID(event, a.MchID, a.ServiceID, u.OpenID, strconv.FormatInt(at.UnixMilli(), 10)),
			MchID: a.MchID, EventType: event, OpenID: u.OpenID, URL: service.NotifyURL, Entity: body})
	}
	return nil
}
