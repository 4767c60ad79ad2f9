package wechat

import (
	"context"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/permission"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

// PreAuthorise writes the request of a pre-authorisation (§5.1); it is a consent.Scribe.
func (d *Desk) PreAuthorise(serviceID, code string) ([]byte, error) {
	r := permission.PreAuthoriseRequest{
		ServiceID: serviceID, AppID: d.merchant.WeChat.AppID, SubMchID: d.merchant.WeChat.SubMchID, SubAppID: d.merchant.WeChat.SubAppID,
		AuthorizationCode: code, NotifyURL: d.notifyURL,
	}
	// The notify_url was held to its rules when the configuration was read; there a sandbox's http passes.
	checked := r
	checked.NotifyURL = ""
	if err := checked.Validate(); err != nil {
		return nil, err
	}
	return permission.Freeze(r)
}

// Granted is the answer to a pre-authorisation.
type Granted struct {
	// Meaning is consent.Granted with a Token.
	Meaning consent.Meaning
	Reason  string
	Token   wechatpay.Secret
	Answer  wechatpay.Answer
}

// SendPreAuthorisation sends frozen bytes.
func (d *Desk) SendPreAuthorisation(ctx context.Context, frozen []byte) Granted {
	p := d.permissions.PreAuthorise(ctx, frozen)
	d.report(ctx, wechatpay.PreAuthorise, p.Verdict, p.Answer)
	g := Granted{Meaning: consent.Granted, Token: p.Token, Answer: p.Answer}
	if p.Verdict != wechatpay.Accepted {
		g.Meaning, g.Reason = refused(p.Verdict, p.Answer)
	}
	return g
}

// Ending names the authorisation that is to end: by Code, or by User when Code is empty.
type Ending struct {
	User   User
	Code   string
	Reason string
}

// Terminate writes the request that ends an authorisation (§5.3). The error is Terminal and names field and rule.
func (d *Desk) Terminate(e Ending) ([]byte, error) {
	if e.Code != "" {
		r := permission.TerminateAgreementRequest{ServiceID: e.User.ServiceID, SubMchID: d.merchant.WeChat.SubMchID, Reason: e.Reason}
		if err := permission.ValidCode(e.Code); err != nil {
			return nil, err
		}
		if err := r.Validate(); err != nil {
			return nil, err
		}
		return permission.Freeze(r)
	}
	u := d.user(e.User)
	r := permission.NewTerminateUser(u, e.Reason)
	if err := r.Validate(u); err != nil {
		return nil, err
	}
	return permission.Freeze(r)
}

// SendTermination sends frozen bytes. reason is of consent.Denied.
func (d *Desk) SendTermination(ctx context.Context, e Ending, frozen []byte) (m consent.Meaning, reason string, a wechatpay.Answer) {
	var r permission.Result
	if e.Code != "" {
		r = d.permissions.TerminateAgreement(ctx, e.Code, frozen)
	} else {
		r = d.permissions.TerminateUser(ctx, d.user(e.User), frozen)
	}
	d.report(ctx, wechatpay.TerminateAuthorisation, r.Verdict, r.Answer)
	switch r.Verdict {
	case wechatpay.Accepted:
		return consent.Accepted, "", r.Answer
	case wechatpay.WrongState, wechatpay.RefusedUserUnfinished, wechatpay.NotFound:
		return consent.Contested, "", r.Answer
	}
	m, reason = refused(r.Verdict, r.Answer)
	return m, reason, r.Answer
}
