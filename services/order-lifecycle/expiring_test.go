package lifecycle

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// told takes what is published.
type told []event.Event

func (t *told) Publish(_ context.Context, e event.Event) error {
	*t = append(*t, e)
	return nil
}

func TestTheEndOfACertificateIsToldToEveryMerchantOfItsAccountOnceADay(t *testing.T) {
	book, err := merchant.Load("../../deploy/examples/merchants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	account := book.Merchants()[0].WeChat.Account
	want := 0
	for _, m := range book.Merchants() {
		if m.WeChat.Account == account {
			want++
		}
	}
	w := wechatpay.ExpiryWarning{Certificate: wechatpay.Certificate{
		Account: account, Serial: "7777777777", Kind: wechatpay.MerchantCertificate, NotAfter: time.Now().Add(24 * time.Hour),
	}}
	var events told
	tell := tellExpiring(process.Deps{Merchants: book, Clock: clock.Real(), Log: slog.New(slog.DiscardHandler)}, &events)
	tell(t.Context(), w)
	tell(t.Context(), w) // another replica
	if len(events) != 2*want || events[0].ID != events[want].ID {
		t.Fatalf("%d events, ids %q and %q", len(events), events[0].ID, events[want].ID)
	}
	m, err := events[0].Message()
	if err != nil {
		t.Fatal(err)
	}
	e := m.(*orderv1.KeyExpiring)
	if e.GetSerial() != w.Serial || e.GetAccount() != account || e.GetKind() != "merchant" || e.GetTextZh() == "" || e.GetTextEn() == "" {
		t.Errorf("got %v", e)
	}
}
