package event_test

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

func FuzzReadNeitherPanicsNorQuotes(f *testing.F) {
	const secret = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	wire, err := proto.Marshal(faceResult())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("facepay.kiosk.face_result.cabinet-1.N20260101A", "", wire)
	f.Add("facepay.kiosk.face_result.cabinet-1.N1", "application/json", []byte(`{"merchant":"cabinet-1","out_order_no":"N1","openid":"`+secret+`"}`))
	f.Add("facepay.order.opened.m.k.-", "application/protobuf", []byte("\x0a\x01m\x12\x01k"))
	f.Add("facepay...", "", []byte("{"))
	f.Fuzz(func(t *testing.T, subject, contentType string, body []byte) {
		header := map[string][]string{"content-type": {contentType}, "ce-id": {"given"}}
		e, m, err := event.Read(subject, header, body, when)
		if err != nil {
			if !fault.Is(err, fault.Terminal) || strings.Contains(err.Error(), secret) {
				t.Fatalf("got %v", err)
			}
			return
		}
		// What was read survives being sent on.
		again, err := event.New(context.Background(), e.ID, e.Time, m)
		if err != nil || again.Subject != e.Subject || again.Key != e.Key || again.Type != e.Type {
			t.Fatalf("%+v became %+v: %v", e, again, err)
		}
		if _, err := e.Message(); err != nil {
			t.Fatal(err)
		}
	})
}
