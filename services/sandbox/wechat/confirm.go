package wechat

import (
	"context"
	"errors"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/notify"
)

// packageLasts is how long the package of a create opens WeChat's confirm page (wechat-protocol.md §6.2).
const packageLasts = time.Hour

// Confirm is a user confirming a need-confirm order on WeChat's page.
type Confirm struct {
	MchID, OutOrderNo string
	// User is any name: the same name is the same person as before the face.
	User string
	// Package is what the page was opened with; empty: it is not checked.
	Package string
}

// Confirmed is what comes back from the page.
type Confirmed struct {
	OpenID string `json:"openid"`
	// QueryID finds the order like its number does (wechat-protocol.md §6.3).
	QueryID string `json:"query_id"`
}

// queryID is what a query_id says.
type queryID struct{ OutOrderNo string }

// Confirm puts the order in service for the user and tells the merchant: PAYSCORE.USER_CONFIRM to the order's notify_url.
// An order that does not wait for a user, or a user with
// too many orders, is of class Conflict.
func (s *Server) Confirm(ctx context.Context, r Confirm) (Confirmed, error) {
	if r.User == "" {
		return Confirmed{}, fault.Invalid("user", "user", "is needed")
	}
	order, err := s.Book.Order(ctx, r.MchID, r.OutOrderNo)
	if err != nil {
		return Confirmed{}, err
	}
	now := s.Clock.Now()
	merchant := s.Merchants[r.MchID]
	service, _ := merchant.Service(order.ServiceID)
	switch {
	case !service.Confirm:
		return Confirmed{}, fault.New(fault.Conflict, "service_mode", "nobody confirms orders of a no-confirm service")
	case r.Package != "" && r.Package != order.Package:
		return Confirmed{}, fault.Invalid("package", "package", "is not that of the order")
	case r.Package != "" && now.Sub(order.CreatedAt) >= packageLasts:
		return Confirmed{}, fault.New(fault.Conflict, "package_expired", "the package is older than an hour")
	}
	confirmed, err := s.Book.Confirm(ctx, r.MchID, r.OutOrderNo, book.Confirmation{OpenID: book.OpenID(order.AppID, r.User), At: now,
		StartTime: compact(now), OnAccept: onAccept}, s.rules.Limits)
	if err != nil {
		return Confirmed{}, notConfirmed(err)
	}
	id, err := s.seal(merchant, queryID{order.OutOrderNo})
	if err != nil {
		return Confirmed{}, err
	}
	return Confirmed{OpenID: confirmed.OpenID, QueryID: urlSafe.Replace(id)}, s.announceConfirmed(ctx, confirmed)
}

// AnnounceConfirmed queues the notices of confirmations that a crash kept unannounced, as AnnouncePaid does.
func (s *Server) AnnounceConfirmed(ctx context.Context) error {
	confirmed, err := s.Book.LastConfirmed(ctx, 200)
	if err != nil {
		return err
	}
	for _, o := range confirmed {
		if o.Phase() != book.InService {
			continue // it is too late to tell that the service begins
		}
		if err := s.announceConfirmed(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func notConfirmed(err error) error {
	if limit, over := errors.AsType[book.Limit](err); over {
		return fault.Wrap(limit, fault.Conflict, "user_limit", "confirming an order")
	}
	if reason, refused := errors.AsType[book.Refusal](err); refused {
		return fault.Wrap(reason, fault.Conflict, "order_not_waiting", "confirming an order")
	}
	return err
}

func (s *Server) announceConfirmed(ctx context.Context, o book.Order) error {
	body, err := encode(queryAnswer(&o))
	if err != nil {
		return err
	}
	return s.Notices.Add(ctx, notify.Notice{ID: notify.ID(notify.UserConfirm, o.MchID, o.OutOrderNo, o.OrderID), MchID: o.MchID,
		EventType: notify.UserConfirm, OutOrderNo: o.OutOrderNo, OpenID: o.OpenID, URL: o.NotifyURL, Entity: body})
}
