package payscore_test

import (
	"os"
	"testing"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/clienttest"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
)

// now is 2023-11-15 06:15:04 in Beijing.
var now = wechattest.Start

const number = "PS20231115000001"

// kiosk is a no-confirm service in refuse mode with a cap of 200 yuan.
func kiosk() merchant.PayScoreService {
	return merchant.PayScoreService{ID: "500001", RiskMode: merchant.Refuse, Cap: 20000}
}

// create is the example of §6.2.
func create() payscore.CreateRequest {
	return payscore.CreateRequest{
		OutOrderNo: number, AppID: "wx8888888888888888", ServiceID: "500001", ServiceIntroduction: "无人售货柜",
		TimeRange: payscore.TimeRange{StartTime: payscore.OnAccept},
		Location:  payscore.Location{StartLocation: "一号店大堂"},
		RiskFund:  payscore.RiskFund{Name: payscore.FundEstimate, Amount: 10000, Description: "购物预估费用"},
		Attach:    "batch%3D7", NotifyURL: "https://pay.example.com/wx/payscore", OpenID: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
		Device: payscore.Device{StartDeviceID: "KIOSK-0001"},
	}
}

// complete is the example of §6.4.
func complete() payscore.CompleteRequest {
	return payscore.CompleteRequest{
		AppID: "wx8888888888888888", ServiceID: "500001",
		PostPayments:  []payscore.Payment{{Name: payscore.SmartRetailName, Amount: new(money.Fen(400)), Description: "矿泉水", Count: 2}},
		PostDiscounts: []payscore.Discount{{Name: "满减", Description: "满4减0.5", Amount: new(money.Fen(50))}},
		TotalAmount:   350,
		TimeRange:     payscore.TimeRange{EndTime: "20231115061500"},
	}
}

func opened() payscore.Opened {
	o := payscore.OpenedBy(create())
	o.StartTime = "20231115061320"
	return o
}

func file(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// wechat is the order side of a client of a server that answers with answer.
func wechat(t *testing.T, partner bool, answer func(wechattest.Got) wechattest.Reply) (*payscore.Client, *wechattest.Server) {
	t.Helper()
	account := clienttest.Direct
	if partner {
		account = clienttest.Partner
	}
	client, server := account(t, answer)
	return payscore.New(client), server
}
