package wechat

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// noon is 2026-11-22 12:00:00 in Beijing.
var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func desk(partner bool, change ...func(*merchant.PayScoreService)) *Desk {
	s := merchant.PayScoreService{ID: "500001", RiskMode: merchant.Refuse, Cap: 20_000, StartTime: merchant.OnAccept}
	for _, c := range change {
		c(&s)
	}
	m := merchant.Merchant{ID: "acme", WeChat: merchant.WeChatUse{AppID: "wx8888888888888888", Services: []merchant.PayScoreService{s}}}
	if partner {
		m.WeChat.SubMchID, m.WeChat.SubAppID = "1900000999", "wx9999999999999999"
	}
	return &Desk{merchant: m, partner: partner, notifyURL: "https://pay.example.com/v1/notify/wechat/wx-main"}
}

// faceResult has every field set.
func faceResult() *kioskv1.FaceResult {
	return &kioskv1.FaceResult{
		Merchant: "acme", OutOrderNo: "N1", ServiceId: "500001", ReturnCode: "SUCCESS", ErrCode: 1, ReturnMsg: "ok",
		Device: &kioskv1.Device{DeviceId: "K1", StoreId: "S1", MaterielNo: "https://example.com/k1"},
		Openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", FaceSid: "sid", ServiceIntroduction: "无人售货柜",
		RiskFund:      &kioskv1.RiskFund{Name: "ESTIMATE_ORDER_COST", AmountFen: 10_000, Description: "购物预估费用"},
		StartPolicy:   kioskv1.StartPolicy_START_POLICY_EXPLICIT,
		PostPayments:  []*kioskv1.Payment{{Name: "水", AmountFen: new(int64(0)), Description: "每瓶 2 元", Count: 3}},
		PostDiscounts: []*kioskv1.Discount{{Name: "满减", Description: "满4减0.5", AmountFen: new(int64(50)), Count: 1}},
		StartLocation: "一号店大堂", StartTimeRemark: "开门", PlannedEndTime: timestamppb.New(noon.Add(time.Hour)), EndTimeRemark: "关门",
		Attach: "batch=7", OccurredAt: timestamppb.New(noon),
	}
}

// serviceEnded has every field set.
func serviceEnded() *kioskv1.ServiceEnded {
	return &kioskv1.ServiceEnded{
		Merchant: "acme", OutOrderNo: "N1",
		PostPayments:   []*kioskv1.Payment{{Name: "水", AmountFen: new(int64(400)), Description: "矿泉水", Count: 2}},
		PostDiscounts:  []*kioskv1.Discount{{Name: "满减", Description: "满4减0.5", AmountFen: new(int64(50)), Count: 1}},
		TotalAmountFen: new(int64(350)), EndTime: timestamppb.New(noon), EndTimeRemark: "关门", EndLocation: "二号店",
		ProfitSharing: true, GoodsTag: "TAG", Device: &kioskv1.Device{DeviceId: "K2", StoreId: "S2", MaterielNo: "https://example.com/k2"},
		OccurredAt: timestamppb.New(noon),
	}
}

func create(t *testing.T, d *Desk, f *kioskv1.FaceResult, now time.Time) ([]byte, error) {
	t.Helper()
	raw, err := proto.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	o := order.New("acme", "N1")
	o.ServiceID = f.GetServiceId()
	return d.Create(&o, raw, now)
}

func complete(t *testing.T, d *Desk, opened []byte, m *kioskv1.ServiceEnded) ([]byte, error) {
	t.Helper()
	raw, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	o := order.New("acme", "N1")
	o.ServiceID, o.Create, o.StartedAt = "500001", order.Request{Body: opened}, noon.Add(5*time.Second)
	return d.Complete(&o, order.End{Total: 350, Details: raw}, noon.Add(time.Minute), noon.Add(time.Minute+2*time.Second))
}

func wantBody(t *testing.T, got []byte, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestTheFixturesSetEveryField(t *testing.T) {
	for _, m := range []proto.Message{faceResult(), serviceEnded()} {
		fields := m.ProtoReflect().Descriptor().Fields()
		for i := range fields.Len() {
			if f := fields.Get(i); !m.ProtoReflect().Has(f) && f.Name() != "sub_openid" { // exactly one openid may be sent
				t.Errorf("%s: a new field has to reach the frozen body, or be known not to: %s", m.ProtoReflect().Descriptor().Name(), f.Name())
			}
		}
	}
}

func TestEveryFieldOfAFaceResultReachesTheCreate(t *testing.T) {
	got, err := create(t, desk(false), faceResult(), noon)
	wantBody(t, got, err, `{"out_order_no":"N1","appid":"wx8888888888888888","service_id":"500001","service_introduction":"无人售货柜",`+
		`"post_payments":[{"name":"水","amount":0,"description":"每瓶 2 元","count":3}],`+
		`"post_discounts":[{"name":"满减","description":"满4减0.5","amount":50,"count":1}],`+
		`"time_range":{"start_time":"20261122120005","start_time_remark":"开门","end_time":"20261122130000","end_time_remark":"关门"},`+
		`"location":{"start_location":"一号店大堂"},"risk_fund":{"name":"ESTIMATE_ORDER_COST","amount":10000,"description":"购物预估费用"},`+
		`"attach":"batch%3D7","notify_url":"https://pay.example.com/v1/notify/wechat/wx-main","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",`+
		`"need_user_confirm":false,"device":{"start_device_id":"K1","materiel_no":"https://example.com/k1"}}`)
}

func TestAPlainFaceResultMakesAPlainCreate(t *testing.T) {
	f := &kioskv1.FaceResult{ServiceId: "500001", Openid: "o1", ServiceIntroduction: "售货", RiskFund: &kioskv1.RiskFund{AmountFen: 1}}
	got, err := create(t, desk(false), f, noon)
	wantBody(t, got, err, `{"out_order_no":"N1","appid":"wx8888888888888888","service_id":"500001","service_introduction":"售货",`+
		`"time_range":{"start_time":"OnAccept"},"risk_fund":{"name":"ESTIMATE_ORDER_COST","amount":1},`+
		`"notify_url":"https://pay.example.com/v1/notify/wechat/wx-main","openid":"o1","need_user_confirm":false}`)
}

func TestTheStartTimeIsThatOfTheFactOrElseOfTheService(t *testing.T) {
	explicit := func(s *merchant.PayScoreService) { s.StartTime = merchant.Explicit }
	for _, c := range []struct {
		desk   *Desk
		policy kioskv1.StartPolicy
		want   string
	}{
		{desk(false), kioskv1.StartPolicy_START_POLICY_UNSPECIFIED, "OnAccept"},
		{desk(false), kioskv1.StartPolicy_START_POLICY_EXPLICIT, "20261122120005"},
		{desk(false, explicit), kioskv1.StartPolicy_START_POLICY_UNSPECIFIED, "20261122120005"},
		{desk(false, explicit), kioskv1.StartPolicy_START_POLICY_ON_ACCEPT, "OnAccept"},
	} {
		f := faceResult()
		f.StartPolicy = c.policy
		got, err := create(t, c.desk, f, noon)
		if err != nil || !strings.Contains(string(got), `"start_time":"`+c.want+`"`) {
			t.Errorf("%s: got %s, %v", c.policy, got, err)
		}
	}
}

func TestAPartnerSendsItsSubMerchantAndOneOpenid(t *testing.T) {
	f := faceResult()
	f.Openid, f.SubOpenid = "", "sub-o1"
	opened, err := create(t, desk(true), f, noon)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(opened, &body); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"appid": `"wx8888888888888888"`, "sub_mchid": `"1900000999"`, "sub_appid": `"wx9999999999999999"`, "sub_openid": `"sub-o1"`, "openid": "",
	} {
		if string(body[field]) != want {
			t.Errorf("%s is %s, want %s", field, body[field], want)
		}
	}
	got, err := complete(t, desk(true), opened, serviceEnded())
	if err != nil || !strings.HasPrefix(string(got), `{"sub_mchid":"1900000999","service_id":"500001",`) {
		t.Errorf("got %s, %v", got, err)
	}
	o := order.Order{ServiceID: "500001"}
	wantBody(t, desk(true).Cancel(&o, "open_timeout"), nil, `{"sub_mchid":"1900000999","service_id":"500001","reason":"开单超时，服务未提供"}`)
}

func TestEveryFieldOfAServiceEndedReachesTheComplete(t *testing.T) {
	opened, err := create(t, desk(false), faceResult(), noon)
	if err != nil {
		t.Fatal(err)
	}
	got, err := complete(t, desk(false), opened, serviceEnded())
	wantBody(t, got, err, `{"appid":"wx8888888888888888","service_id":"500001",`+
		`"post_payments":[{"name":"水","amount":400,"description":"矿泉水","count":2}],`+
		`"post_discounts":[{"name":"满减","description":"满4减0.5","amount":50,"count":1}],"total_amount":350,`+
		`"time_range":{"end_time":"20261122120100","end_time_remark":"关门"},"location":{"end_location":"二号店"},`+
		`"profit_sharing":true,"goods_tag":"TAG","device":{"end_device_id":"K2","materiel_no":"https://example.com/k2"}}`)
}

func TestACancelGivesTheGatewaysReasonOrOurs(t *testing.T) {
	o := order.Order{ServiceID: "500001"}
	want := func(reason string) string {
		return `{"appid":"wx8888888888888888","service_id":"500001","reason":"` + reason + `"}`
	}
	wantBody(t, desk(false).Cancel(&o, "service_aborted"), nil, want("服务未提供，订单取消"))
	wantBody(t, desk(false).Cancel(&o, "something new"), nil, want("服务未提供，订单取消"))
	o.AbortReason = "柜门故障"
	wantBody(t, desk(false).Cancel(&o, "service_aborted"), nil, want("柜门故障"))
	wantBody(t, desk(false).Cancel(&o, "created_instead_of_doing"), nil, want("订单未生效，服务未提供"))
}

func TestWhatBreaksARuleIsRefusedByFieldAndRule(t *testing.T) {
	opened, err := create(t, desk(false), faceResult(), noon)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		face        func(*kioskv1.FaceResult)
		end         func(*kioskv1.ServiceEnded)
		field, code string
	}{
		"no openid":         {face: func(f *kioskv1.FaceResult) { f.Openid = "" }, field: "openid", code: "required"},
		"introduction":      {face: func(f *kioskv1.FaceResult) { f.ServiceIntroduction = strings.Repeat("柜", 21) }, field: "service_introduction", code: "too_long"},
		"risk fund name":    {face: func(f *kioskv1.FaceResult) { f.RiskFund.Name = "DEPOSIT" }, field: "risk_fund.name", code: "risk_fund_name"},
		"attach":            {face: func(f *kioskv1.FaceResult) { f.Attach = strings.Repeat("柜", 29) }, field: "attach", code: "attach_length"},
		"planned end":       {face: func(f *kioskv1.FaceResult) { f.PlannedEndTime = timestamppb.New(noon) }, field: "time_range.end_time", code: "time_past"},
		"unknown service":   {face: func(f *kioskv1.FaceResult) { f.ServiceId = "500002" }, field: "service_id", code: "unknown_service"},
		"no items":          {end: func(m *kioskv1.ServiceEnded) { m.PostPayments = nil }, field: "post_payments", code: "required"},
		"item, no name":     {end: func(m *kioskv1.ServiceEnded) { m.PostPayments[0].Name = "" }, field: "post_payments[0].name", code: "required"},
		"materiel_no":       {end: func(m *kioskv1.ServiceEnded) { m.Device.MaterielNo = "K2" }, field: "device.materiel_no", code: "materiel_url"},
		"a count alone":     {face: func(f *kioskv1.FaceResult) { f.PostPayments = []*kioskv1.Payment{{Count: 1}} }, field: "post_payments[0]", code: "payment_empty"},
		"an empty discount": {face: func(f *kioskv1.FaceResult) { f.PostDiscounts = []*kioskv1.Discount{{}} }, field: "post_discounts[0]", code: "discount_empty"},
		"goods tag":         {end: func(m *kioskv1.ServiceEnded) { m.GoodsTag = strings.Repeat("x", 33) }, field: "goods_tag", code: "too_long"},
		"name twice":        {end: func(m *kioskv1.ServiceEnded) { m.PostPayments = append(m.PostPayments, m.PostPayments[0]) }, field: "post_payments[1].name", code: "name_repeated"},
		"discount, no name": {end: func(m *kioskv1.ServiceEnded) { m.PostDiscounts[0].Name = "" }, field: "post_discounts[0]", code: "discount_pair"},
	} {
		if c.face != nil {
			f := faceResult()
			c.face(f)
			_, err = create(t, desk(false), f, noon)
		} else {
			m := serviceEnded()
			c.end(m)
			_, err = complete(t, desk(false), opened, m)
		}
		if fault.FieldOf(err) != c.field || fault.CodeOf(err) != c.code || !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: got %v, want %s [%s]", name, err, c.code, c.field)
		}
		if err != nil && strings.Contains(err.Error(), "oUpF8") {
			t.Errorf("%s: the error names the user", name)
		}
	}
}

func TestAnEndLocationNeedsTheStartLocationOfTheCreate(t *testing.T) {
	f := faceResult()
	f.StartLocation = ""
	opened, err := create(t, desk(false), f, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := complete(t, desk(false), opened, serviceEnded()); fault.FieldOf(err) != "location.end_location" {
		t.Errorf("got %v", err)
	}
}

func TestAnEndNotBehindTheStartIsNotWritten(t *testing.T) {
	f := faceResult()
	f.StartPolicy = kioskv1.StartPolicy_START_POLICY_ON_ACCEPT
	opened, err := create(t, desk(false), f, noon)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := proto.Marshal(serviceEnded())
	if err != nil {
		t.Fatal(err)
	}
	o := order.Order{OutOrderNo: "N1", ServiceID: "500001", Create: order.Request{Body: opened}, StartedAt: noon}
	if _, err := desk(false).Complete(&o, order.End{Total: 350, Details: raw}, noon, noon.Add(time.Minute)); fault.CodeOf(err) != "end_before_start" {
		t.Errorf("got %v", err)
	}
}

func TestTermsAreThoseOfTheService(t *testing.T) {
	deposit := func(s *merchant.PayScoreService) { s.RiskMode = merchant.Deposit }
	for want, d := range map[order.Terms]*Desk{{Cap: 20_000}: desk(false), {Cap: 20_000, RiskFundIsCap: true}: desk(false, deposit)} {
		if got, err := d.Terms("500001"); got != want || err != nil {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	if got, err := desk(false).Terms("500002"); got != (order.Terms{}) || fault.CodeOf(err) != "unknown_service" {
		t.Errorf("an unknown service: %+v, %v", got, err)
	}
}
