package event_test

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/event"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// faceResult is a first fact as a kiosk gateway sends it.
func faceResult() *kioskv1.FaceResult {
	return &kioskv1.FaceResult{
		Merchant: "cabinet-1", OutOrderNo: "N20260101A", ServiceId: "s1", ReturnCode: "SUCCESS", ReturnMsg: "刷脸成功",
		Openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", RiskFund: &kioskv1.RiskFund{AmountFen: 10000},
		OccurredAt: timestamppb.New(when),
	}
}

func subjectOf(t *testing.T, m proto.Message) string {
	t.Helper()
	subject, err := event.SubjectOf(m)
	if err != nil {
		t.Fatal(err)
	}
	return subject
}

func opened() *orderv1.OrderOpened {
	return &orderv1.OrderOpened{Merchant: "cabinet-1", OutOrderNo: "A|B*1", DeviceId: "door.7"}
}
