package wechat

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

func TestAServiceWithoutAFaceIsCreatedInTheModeOfItsService(t *testing.T) {
	needConfirm := func(s *merchant.PayScoreService) { s.Confirm = true }
	const head = `{"out_order_no":"N1","appid":"wx8888888888888888","service_id":"500001","service_introduction":"充电宝",` +
		`"time_range":{"start_time":"OnAccept"},"risk_fund":{"name":"ESTIMATE_ORDER_COST","amount":9900},` +
		`"notify_url":"https://pay.example.com/v1/notify/wechat/wx-main",`
	for name, c := range map[string]struct {
		desk   *Desk
		openid string
		want   string
		field  string
	}{
		"no-confirm":               {desk(false), "o1", head + `"openid":"o1","need_user_confirm":false}`, ""},
		"need-confirm":             {desk(false, needConfirm), "", head + `"need_user_confirm":true}`, ""},
		"no-confirm, no openid":    {desk(false), "", "", "openid"},
		"need-confirm with openid": {desk(false, needConfirm), "o1", "", "openid"},
	} {
		raw, err := proto.Marshal(&kioskv1.ServiceRequested{
			ServiceId: "500001", Openid: c.openid, ServiceIntroduction: "充电宝", RiskFund: &kioskv1.RiskFund{AmountFen: 9900},
		})
		if err != nil {
			t.Fatal(err)
		}
		o := order.New("acme", "N1")
		o.ServiceID, o.Wish = "500001", &order.Wish{}
		got, err := c.desk.Create(&o, raw, noon)
		if fault.FieldOf(err) != c.field || string(got) != c.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}
