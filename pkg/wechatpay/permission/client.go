package permission

import (
	"context"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
)

// Client makes the authorisation calls of one account.
type Client struct {
	wechat  *wechatpay.Client
	partner bool
}

// New is the authorisation side of an account's client.
func New(c *wechatpay.Client) *Client {
	return &Client{wechat: c, partner: c.Account().Partner()}
}

// PreAuthorised is one pre-authorisation. It prints as its answer.
type PreAuthorised struct {
	wechatpay.Answer
	Verdict wechatpay.Verdict
	// Token opens WeChat's authorisation page (jump.Authorise) for TokenLife; zero unless the answer is a Yes.
	Token wechatpay.Secret
}

// Result is one query or termination. It prints as its answer.
type Result struct {
	wechatpay.Answer
	Verdict wechatpay.Verdict
	// Authorisation is nil unless the answer is a Yes to a query.
	Authorisation *Authorisation
}

// PreAuthorise sends a frozen PreAuthoriseRequest.
func (c *Client) PreAuthorise(ctx context.Context, frozen []byte) PreAuthorised {
	p := PreAuthorised{Answer: c.wechat.Post(ctx, collectionPath(c.partner), frozen)}
	if p.Outcome == wechatpay.Yes {
		if e, err := entity.Read(p.Body); err == nil {
			p.Token = wechatpay.NewSecret(e.Word("apply_permissions_token"))
		}
		if p.Token.IsZero() {
			p.Outcome, p.Doubt = wechatpay.Unknown, wechatpay.DoubtUnreadable
		}
	}
	p.Verdict = wechatpay.Judge(wechatpay.PreAuthorise, p.Answer)
	return p
}

// QueryUser asks whether a user has authorised a service.
func (c *Client) QueryUser(ctx context.Context, u User) Result {
	a := c.wechat.Get(ctx, userPath(c.partner, u))
	return queried(a, func(told *Authorisation) bool {
		return told.ServiceID == u.ServiceID && same(told.OpenID, u.OpenID) && same(told.SubOpenID, u.SubOpenID)
	})
}

// QueryAgreement asks for the authorisation of a code.
func (c *Client) QueryAgreement(ctx context.Context, by Agreement) Result {
	a := c.wechat.Get(ctx, agreementQuery(c.partner, by))
	return queried(a, func(told *Authorisation) bool {
		return told.ServiceID == by.ServiceID && told.AuthorizationCode == by.Code
	})
}

// TerminateUser sends a frozen TerminateUserRequest of u. While the user has unfinished orders of the service WeChat refuses
// it. Orders in progress can still be completed and deducted afterwards; new creates are refused (§5.3).
func (c *Client) TerminateUser(ctx context.Context, u User, frozen []byte) Result {
	return terminated(c.wechat.Post(ctx, userEndPath(c.partner, u), frozen))
}

// TerminateAgreement sends a frozen TerminateAgreementRequest, as TerminateUser.
func (c *Client) TerminateAgreement(ctx context.Context, code string, frozen []byte) Result {
	return terminated(c.wechat.Post(ctx, agreementPath(c.partner, code)+"/terminate", frozen))
}

// same compares what WeChat tells, if it tells, with what was asked, if it was.
func same(told, asked string) bool { return told == "" || asked == "" || told == asked }

// queried decodes a Yes. One that does not decode, or that is about another user or code, proves nothing.
func queried(a wechatpay.Answer, ours func(*Authorisation) bool) Result {
	r := Result{Answer: a}
	if a.Outcome == wechatpay.Yes {
		told, err := Decode(a.Body)
		if err != nil || !ours(told) {
			r.Outcome, r.Doubt = wechatpay.Unknown, wechatpay.DoubtUnreadable
		} else {
			r.Authorisation = told
		}
	}
	r.Verdict = wechatpay.Judge(wechatpay.QueryAuthorisation, r.Answer)
	return r
}

// terminated judges an answer that has no body: 204, signed all the same.
func terminated(a wechatpay.Answer) Result {
	return Result{Answer: a, Verdict: wechatpay.Judge(wechatpay.TerminateAuthorisation, a)}
}
