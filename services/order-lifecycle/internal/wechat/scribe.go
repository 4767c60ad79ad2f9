package wechat

import (
	"cmp"
	"encoding/json"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// startMargin puts an explicit start_time behind the moment of the call, which WeChat demands (wechat-protocol.md §6.1).
const startMargin = 5 * time.Second

// opening is what a face result and a service_requested both say of the order to open.
type opening interface {
	proto.Message
	GetOpenid() string
	GetSubOpenid() string
	GetServiceIntroduction() string
	GetRiskFund() *kioskv1.RiskFund
	GetStartPolicy() kioskv1.StartPolicy
	GetPostPayments() []*kioskv1.Payment
	GetPostDiscounts() []*kioskv1.Discount
	GetStartLocation() string
	GetStartTimeRemark() string
	GetPlannedEndTime() *timestamppb.Timestamp
	GetEndTimeRemark() string
	GetAttach() string
	GetDevice() *kioskv1.Device
}

// Create writes the create request of a face result, or of a service_requested. Every time in it is computed here, once: a
// retry sends these bytes.
func (d *Desk) Create(o *order.Order, details []byte, now time.Time) ([]byte, error) {
	f := opening(&kioskv1.FaceResult{})
	if o.Wish != nil {
		f = &kioskv1.ServiceRequested{}
	}
	if err := proto.Unmarshal(details, f); err != nil {
		return nil, fault.New(fault.Terminal, "event_malformed", "the fact that asks for the order does not decode")
	}
	service, err := d.service(o.ServiceID)
	if err != nil {
		return nil, err
	}
	attach, err := payscore.EncodeAttach(f.GetAttach())
	if err != nil {
		return nil, err
	}
	payments, discounts := items(f.GetPostPayments(), f.GetPostDiscounts())
	r := payscore.CreateRequest{
		OutOrderNo: o.OutOrderNo, AppID: d.merchant.WeChat.AppID,
		SubMchID: d.merchant.WeChat.SubMchID, SubAppID: d.merchant.WeChat.SubAppID,
		ServiceID: service.ID, ServiceIntroduction: f.GetServiceIntroduction(),
		PostPayments: payments, PostDiscounts: discounts,
		TimeRange: payscore.TimeRange{
			StartTime: startTime(f.GetStartPolicy(), service, now), StartTimeRemark: f.GetStartTimeRemark(),
			EndTimeRemark: f.GetEndTimeRemark(),
		},
		Location: payscore.Location{StartLocation: f.GetStartLocation()},
		RiskFund: payscore.RiskFund{
			Name: riskFundName(f.GetRiskFund()), Amount: money.Fen(f.GetRiskFund().GetAmountFen()), Description: f.GetRiskFund().GetDescription(),
		},
		Attach: attach, NotifyURL: d.notifyURL, OpenID: f.GetOpenid(), SubOpenID: f.GetSubOpenid(),
		// The key is always on the wire: WeChat's default is true. A face is recognised for no-confirm services only.
		NeedUserConfirm: o.Wish != nil && service.Confirm,
		Device:          payscore.Device{StartDeviceID: f.GetDevice().GetDeviceId(), MaterielNo: f.GetDevice().GetMaterielNo()},
	}
	if t := f.GetPlannedEndTime(); t != nil {
		r.TimeRange.EndTime = payscore.Compact(t.AsTime())
	}
	if err := r.Validate(service, now); err != nil {
		return nil, err
	}
	return payscore.Freeze(r)
}

// StartLater moves an explicit start_time that a send at now would not come before (wechat-protocol.md §6.1). A request that it
// cannot move stays as it is.
func (d *Desk) StartLater(body []byte, now time.Time) []byte {
	var r payscore.CreateRequest
	if err := json.Unmarshal(body, &r); err != nil || len(r.TimeRange.StartTime) != len("20060102150405") {
		return body // OnAccept, or a day
	}
	start, err := payscore.ParseCompact(r.TimeRange.StartTime)
	if err != nil || start.Sub(now) > startMargin/2 {
		return body
	}
	r.TimeRange.StartTime = payscore.Compact(now.Add(startMargin))
	service, err := d.service(r.ServiceID)
	if err != nil || r.Validate(service, now) != nil { // the planned end is too near by now
		return body
	}
	moved, err := payscore.Freeze(r)
	if err != nil {
		return body
	}
	return moved
}

// Complete writes the complete request of an accepted end.
func (d *Desk) Complete(o *order.Order, e order.End, endAt, now time.Time) ([]byte, error) {
	var f kioskv1.ServiceEnded
	if err := proto.Unmarshal(e.Details, &f); err != nil {
		return nil, fault.New(fault.Terminal, "event_malformed", "the service_ended does not decode")
	}
	service, err := d.service(o.ServiceID)
	if err != nil {
		return nil, err
	}
	var opened payscore.CreateRequest
	if err := json.Unmarshal(o.Create.Body, &opened); err != nil {
		return nil, fault.New(fault.Terminal, "create_unreadable", "the stored create request does not decode")
	}
	terms := payscore.OpenedBy(opened)
	if terms.StartTime == payscore.OnAccept {
		terms.StartTime = payscore.Compact(o.StartedAt)
	}
	payments, discounts := items(f.GetPostPayments(), f.GetPostDiscounts())
	r := payscore.CompleteRequest{
		AppID: d.appID(), SubMchID: d.merchant.WeChat.SubMchID, ServiceID: service.ID,
		PostPayments: payments, PostDiscounts: discounts, TotalAmount: e.Total,
		TimeRange:     payscore.TimeRange{EndTime: payscore.Compact(endAt), EndTimeRemark: f.GetEndTimeRemark()},
		Location:      payscore.Location{EndLocation: f.GetEndLocation()},
		ProfitSharing: f.GetProfitSharing(), GoodsTag: f.GetGoodsTag(),
		Device: payscore.Device{EndDeviceID: f.GetDevice().GetDeviceId(), MaterielNo: f.GetDevice().GetMaterielNo()},
	}
	if err := r.Validate(service, terms, now); err != nil {
		return nil, err
	}
	return payscore.Freeze(r)
}

// cancelReasons are what WeChat and the user may read: at most 30 characters, no internals.
var cancelReasons = map[string]string{
	"service_aborted":          "服务未提供，订单取消",
	"open_timeout":             "开单超时，服务未提供",
	"created_instead_of_doing": "订单未生效，服务未提供",
	"found_after_refusal":      "服务未提供，订单取消",
	"confirm_timeout":          "用户未确认，订单取消",
	"desk_cancel":              "商户取消订单",
}

// Cancel writes the cancel request, with the gateway's own reason if it gave one. No reason can break a rule: ours are
// fixed, the gateway's is cut; Freeze cannot fail on either.
func (d *Desk) Cancel(o *order.Order, reason string) []byte {
	text, ok := cancelReasons[reason]
	if !ok {
		text = cancelReasons["service_aborted"]
	}
	if reason == "service_aborted" || reason == "desk_cancel" {
		text = cmp.Or(o.AbortReason, text)
	}
	body, _ := payscore.Freeze(payscore.CancelRequest{
		AppID: d.appID(), SubMchID: d.merchant.WeChat.SubMchID, ServiceID: o.ServiceID, Reason: text,
	})
	return body
}

// appID is sent by direct merchants only, after the create (wechat-protocol.md §6.12).
func (d *Desk) appID() string {
	if d.partner {
		return ""
	}
	return d.merchant.WeChat.AppID
}

func startTime(p kioskv1.StartPolicy, s merchant.PayScoreService, now time.Time) string {
	explicit := s.StartTime == merchant.Explicit
	if p != kioskv1.StartPolicy_START_POLICY_UNSPECIFIED {
		explicit = p == kioskv1.StartPolicy_START_POLICY_EXPLICIT
	}
	if explicit {
		return payscore.Compact(now.Add(startMargin))
	}
	return payscore.OnAccept
}

func riskFundName(f *kioskv1.RiskFund) payscore.RiskFundName {
	if f.GetName() == "" {
		return payscore.FundEstimate
	}
	return payscore.RiskFundName(f.GetName())
}

func items(payments []*kioskv1.Payment, discounts []*kioskv1.Discount) ([]payscore.Payment, []payscore.Discount) {
	ps := make([]payscore.Payment, len(payments))
	for i, p := range payments {
		ps[i] = payscore.Payment{Name: p.GetName(), Amount: fen(p.AmountFen), Description: p.GetDescription(), Count: int(p.GetCount())}
	}
	ds := make([]payscore.Discount, len(discounts))
	for i, d := range discounts {
		ds[i] = payscore.Discount{Name: d.GetName(), Description: d.GetDescription(), Amount: fen(d.AmountFen), Count: int(d.GetCount())}
	}
	return ps, ds
}

func fen(v *int64) *money.Fen {
	if v == nil {
		return nil
	}
	return new(money.Fen(*v))
}
