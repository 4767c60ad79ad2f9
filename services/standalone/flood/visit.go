package flood

import (
	"context"
	"fmt"

	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// visit is one customer at one kiosk.
type visit struct {
	*kiosk.Gateway
	tracker *kiosk.Tracker
	number  string
}

// buy goes from the face to the goods; the order then awaits its payment.
func (v visit) buy(ctx context.Context) error {
	device := "K-" + v.number
	raw, err := v.Rawdata(ctx, device)
	if err != nil {
		return err
	}
	session, err := v.OpenSession(ctx, &authinfov1.OpenSessionRequest{
		RequestId: v.number, Merchant: v.Merchant, ServiceId: stack.ServiceID, StoreId: "S001", StoreName: "一号店",
		DeviceId: device, Rawdata: raw, OutOrderNo: v.number,
	})
	if err != nil {
		return err
	}
	face, err := v.ShowFace(ctx, session, device, "user of "+v.number, "SUCCESS")
	if err != nil {
		return err
	}
	fact := kiosk.FaceResult(v.Merchant, session, device, face)
	fact.ServiceIntroduction, fact.RiskFund = "无人售货柜", &kioskv1.RiskFund{AmountFen: 10_000, Description: "购物预估费用"}
	if err := v.Publish(ctx, fact); err != nil {
		return err
	}
	said, err := v.tracker.Await(ctx, v.number, append([]string{"opened"}, kiosk.Final...)...)
	if err != nil {
		return fmt.Errorf("waiting at the door: %w", err)
	}
	if said.Name != "opened" {
		return fmt.Errorf("the door stayed closed: %s %s", said.Name, said.Code)
	}
	return v.Publish(ctx, &kioskv1.ServiceEnded{
		Merchant: v.Merchant, OutOrderNo: v.number, TotalAmountFen: new(int64(350)), Device: &kioskv1.Device{DeviceId: device},
		PostPayments: []*kioskv1.Payment{{Name: "矿泉水", AmountFen: new(int64(350)), Description: "550ml", Count: 1}},
	})
}
