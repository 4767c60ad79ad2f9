package wechat

import (
	"context"

	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/permission"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

// User names a user of a service by openid, or in partner mode by sub_openid.
type User struct {
	ServiceID string
	KnownAs   consent.KnownAs
	// OpenID is the one or the other.
	OpenID string
}

func (d *Desk) user(u User) permission.User {
	named := permission.User{
		ServiceID: u.ServiceID, AppID: d.merchant.WeChat.AppID, SubMchID: d.merchant.WeChat.SubMchID, SubAppID: d.merchant.WeChat.SubAppID,
	}
	if u.KnownAs == consent.SubOpenID {
		named.SubOpenID = u.OpenID
	} else {
		named.OpenID = u.OpenID
	}
	return named
}

// Asked is one query: what it means, what WeChat told (nil unless it was a Yes) and the answer.
type Asked struct {
	Meaning consent.Meaning
	// Reason is of consent.Denied.
	Reason string
	Told   *permission.Authorisation
	Answer wechatpay.Answer
}

// ValidUser holds a user against the rules of §5.2. The error is Terminal and names field and rule.
func (d *Desk) ValidUser(u User) error { return d.user(u).Validate() }

// QueryUser asks whether the user has authorised the service.
func (d *Desk) QueryUser(ctx context.Context, u User) Asked {
	r := d.permissions.QueryUser(ctx, d.user(u))
	return d.asked(ctx, wechatpay.QueryAuthorisation, r)
}

// QueryCode asks for the authorisation of our agreement number.
func (d *Desk) QueryCode(ctx context.Context, serviceID, code string) Asked {
	r := d.permissions.QueryAgreement(ctx, permission.Agreement{Code: code, ServiceID: serviceID, SubMchID: d.merchant.WeChat.SubMchID})
	return d.asked(ctx, wechatpay.QueryAuthorisation, r)
}

func (d *Desk) asked(ctx context.Context, op wechatpay.Operation, r permission.Result) Asked {
	a := Asked{Told: r.Authorisation, Answer: r.Answer}
	switch {
	case r.Authorisation != nil && !r.Authorisation.State.Known(): // a new word ends nothing and allows nothing
		a.Meaning = consent.Doubtful
		d.log.ErrorContext(ctx, "WeChat shows a state of an authorisation that is not documented", service.KeyMerchant, d.merchant.ID, "authorisation", r.Authorisation)
	case r.Authorisation != nil && r.Authorisation.State.Allows():
		a.Meaning = consent.Available
	case r.Authorisation != nil, r.Verdict == wechatpay.NotFound: // that a query finds nothing is not documented: nothing to go by
		a.Meaning = consent.NotAvailable
	default:
		a.Meaning, a.Reason = refused(r.Verdict, r.Answer)
	}
	d.report(ctx, op, r.Verdict, r.Answer)
	return a
}

// Whose tells whom an available authorisation of our code is of: Available for user, Foreign for somebody else, Unclear when
// WeChat does not say. Other meanings stay.
func Whose(a Asked, u User) consent.Meaning {
	if a.Meaning != consent.Available {
		return a.Meaning
	}
	named := a.Told.OpenID
	if u.KnownAs == consent.SubOpenID {
		named = a.Told.SubOpenID
	}
	switch named {
	case "":
		return consent.Unclear
	case u.OpenID:
		return consent.Available
	default:
		return consent.Foreign
	}
}
