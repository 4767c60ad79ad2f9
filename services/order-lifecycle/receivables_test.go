package lifecycle_test

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	lifecycle "github.com/facepay-go/facepay/services/order-lifecycle"
)

func TestAMisspeltMerchantIsNotToldThatNothingIsOwed(t *testing.T) {
	w := newWorld(t)
	var page orderv1.ReceivablesReply
	must(t, service.Call(t.Context(), w.bus.Conn(), lifecycle.Name, "receivables", &orderv1.ReceivablesRequest{Merchant: "acme"}, &page))
	err := service.Call(t.Context(), w.bus.Conn(), lifecycle.Name, "receivables", &orderv1.ReceivablesRequest{Merchant: "acmee"}, &page)
	if fault.CodeOf(err) != "unknown_merchant" {
		t.Errorf("got %v", err)
	}
}
