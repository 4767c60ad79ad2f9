package wechat

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// createRequest is the body of a create (§6.2).
type createRequest struct {
	OutOrderNo          string         `json:"out_order_no"`
	AppID               string         `json:"appid"`
	ServiceID           string         `json:"service_id"`
	ServiceIntroduction string         `json:"service_introduction"`
	PostPayments        []book.Line    `json:"post_payments"`
	PostDiscounts       []book.Line    `json:"post_discounts"`
	TimeRange           book.TimeRange `json:"time_range"`
	Location            book.Location  `json:"location"`
	RiskFund            *book.RiskFund `json:"risk_fund"`
	Attach              string         `json:"attach"`
	NotifyURL           string         `json:"notify_url"`
	OpenID              string         `json:"openid"`
	NeedUserConfirm     *bool          `json:"need_user_confirm"`
	Device              book.Device    `json:"device"`
	// SubMchID, SubAppID and SubOpenID are for partner mode (§6.12).
	SubMchID  string `json:"sub_mchid,omitempty" only:"partner"`
	SubAppID  string `json:"sub_appid,omitempty" only:"partner"`
	SubOpenID string `json:"sub_openid,omitempty" only:"partner"`
}

// needsConfirm: absent means true (§6.2).
func (r *createRequest) needsConfirm() bool { return r.NeedUserConfirm == nil || *r.NeedUserConfirm }

// create is POST /v3/payscore/serviceorder.
func (s *Server) create(ctx context.Context, c *call) (any, error) {
	var request createRequest
	if refused := c.decode(&request); refused != nil {
		return nil, refused
	}
	with, err := digest(&request)
	if err != nil {
		return nil, err
	}
	if !orderNumber.MatchString(request.OutOrderNo) {
		f := fields{}
		f.orderNo("out_order_no", request.OutOrderNo)
		return nil, f.refused
	}
	// A repeat is compared before its times are checked: they were right when it was first sent.
	existing, err := s.Book.Order(ctx, c.merchant.MchID, request.OutOrderNo)
	if err == nil {
		return repeatedCreate(existing, with)
	}
	if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	order, err := s.newOrder(ctx, c, &request)
	if err != nil {
		return nil, err
	}
	order.CreatedWith = with
	stored, existed, err := s.Book.Create(ctx, order, s.rules.Limits)
	if limit, over := errors.AsType[book.Limit](err); over {
		return nil, overLimit(limit)
	}
	if err != nil {
		return nil, err
	}
	if existed {
		return repeatedCreate(stored, with)
	}
	c.executed = true
	s.expiries.Wake()
	return createAnswer(&stored), nil
}

// repeatedCreate answers a create under a number that is taken: with identical parameters the order as it is now, else
// a refusal (§6.2).
func repeatedCreate(existing book.Order, with string) (any, error) {
	if existing.CreatedWith != with {
		return nil, differentParameters()
	}
	return createAnswer(&existing), nil
}

// overLimit is the refusal of a user with too many orders (§6.2; an unpaid order blocks the next one: §10.2).
func overLimit(limit book.Limit) *refusal {
	if limit == book.Limit(book.Unpaid) {
		return unfinishedOrder()
	}
	return riskRefused()
}

// newOrder checks the request and makes the order of it.
func (s *Server) newOrder(ctx context.Context, c *call, r *createRequest) (*book.Order, error) {
	p, refused := c.namedParty(r.AppID, r.SubAppID, r.ServiceID, r.SubMchID)
	if refused != nil {
		return nil, refused
	}
	f := fields{}
	times := f.createFields(r, p.service, c.now, s.rules.Strict)
	f.payer(r, c.mode)
	if f.refused != nil {
		return nil, f.refused
	}
	payer, err := s.payer(ctx, p, r)
	if err != nil {
		return nil, err
	}
	orderID, err := serial(s, "1000", c.now)
	if err != nil {
		return nil, err
	}
	pack, err := signing.Nonce(s.Random, 128)
	if err != nil {
		return nil, err
	}
	order := &book.Order{MchID: p.mchID, AppID: r.AppID, ServiceID: r.ServiceID, OutOrderNo: r.OutOrderNo, OrderID: orderID,
		SubMchID: p.subMchID, SubAppID: r.SubAppID, OpenID: payer.openID, SubOpenID: payer.subOpenID,
		Introduction: r.ServiceIntroduction, State: book.Doing, Description: book.UserConfirm,
		Items: r.PostPayments, Discounts: r.PostDiscounts, RiskFund: *r.RiskFund, TimeRange: times, Location: r.Location, Device: r.Device,
		Attach: r.Attach, NotifyURL: r.NotifyURL, Package: pack, CreatedAt: c.now}
	if p.service.Confirm && r.TimeRange.StartTime == onAccept {
		order.TimeRange.StartTime = onAccept // the time the user confirms
	}
	if p.service.Confirm || c.rule.Kind == plan.CreatedState {
		order.Wait()
	}
	if p.service.Confirm && c.rule.Kind == plan.ExpiresSoon {
		order.ExpireAt = c.now.Add(c.rule.Delay())
	}
	return order, nil
}

// createFields checks every field of §6.2 and returns the times to store.
func (f *fields) createFields(r *createRequest, service account.Service, now time.Time, strict bool) book.TimeRange {
	f.text("service_introduction", r.ServiceIntroduction, 20)
	f.payments(r.PostPayments, atCreation)
	f.discounts(r.PostDiscounts, atCreation)
	if service.SmartRetail {
		f.smartRetail(r.PostPayments, atCreation)
	}
	f.riskFund(r.RiskFund, service)
	times := f.createTimes(r.TimeRange, now)
	f.optional("location.start_location", r.Location.StartLocation, 50)
	f.optional("location.end_location", r.Location.EndLocation, 50)
	f.require(r.Location.EndLocation == "" || r.Location.StartLocation != "", "location.end_location", "填写服务结束地点时,服务开始地点不能为空")
	f.optional("attach", r.Attach, 256)
	f.notifyURL("notify_url", r.NotifyURL, strict)
	return times
}

// riskFund checks name and amount against the service's mode and cap (§6.1).
func (f *fields) riskFund(fund *book.RiskFund, service account.Service) {
	f.require(fund != nil && fund.Amount != nil, "risk_fund", "订单风险金不能为空")
	if f.refused != nil {
		return
	}
	f.require(slices.Contains(service.RiskNames, fund.Name), "risk_fund.name", "订单风险金额名称不符合要求")
	f.require(*fund.Amount > 0 && *fund.Amount <= service.Cap, "risk_fund.amount", "订单风险金额必须大于0,且不超过服务风险金额上限"+strconv.FormatInt(int64(service.Cap), 10))
	f.optional("risk_fund.description", fund.Description, 30)
}

// serial makes a number of WeChat's form: a prefix of 4 digits, the Beijing day, 16 random digits.
func serial(s *Server, prefix string, now time.Time) (string, error) {
	digits, err := signing.Digits(s.Random, 16)
	return prefix + now.In(clock.Beijing).Format(toDays) + digits, err
}
