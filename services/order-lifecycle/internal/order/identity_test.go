package order

import "testing"

// TestAPaymentThatIsToldOfAnotherUserIsConfirmedByAQueryFirst though its amount is right and WeChat signed it.
func TestAPaymentThatIsToldOfAnotherUserIsConfirmedByAQueryFirst(t *testing.T) {
	for _, field := range []string{"openid", "order_id", "mchid", "appid", "service_id", "out_order_no"} {
		o := pending(t, 350)
		seen := told(paidSeen(350))
		seen.Differs, seen.OrderID, seen.ServiceID = field, "W-foreign", "500009"
		events, _ := o.Apply(envAt(hour), Observed{seen})
		if wantEvents(t, events); o.State != PaymentPending || o.Todo.Op != OpQuery || o.Todo.At.After(hour) {
			t.Fatalf("%s: %s, next %+v", field, o.State, o.Todo)
		}
		if o.OrderID == "W-foreign" || o.ServiceID == "500009" {
			t.Errorf("%s: an unproven word was kept: %s, %s", field, o.OrderID, o.ServiceID)
		}
		// Not borne out: nothing is paid. Borne out: it is.
		o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(350)))
		if o.State != PaymentPending || o.PaidFen != 0 {
			t.Errorf("%s: %s with %d", field, o.State, o.PaidFen)
		}
		o.Apply(envAt(hour), Observed{seen})
		events, _ = o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(350)))
		if wantEvents(t, events, WasPaid{}); o.State != Paid {
			t.Errorf("%s: got %s", field, o.State)
		}
	}
}
