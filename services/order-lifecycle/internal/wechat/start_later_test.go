package wechat

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// TestACreateThatBeginsLaterIsTheOneThatWouldHaveBeenWrittenThen: nothing else of it moves.
func TestACreateThatBeginsLaterIsTheOneThatWouldHaveBeenWrittenThen(t *testing.T) {
	o := order.New("acme", "N1")
	o.ServiceID = "500001"
	write := func(f *kioskv1.FaceResult, at time.Time) string {
		details, err := proto.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		body, err := desk(false).Create(&o, details, at)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	onAccept := faceResult()
	onAccept.StartPolicy = kioskv1.StartPolicy_START_POLICY_ON_ACCEPT
	late := noon.Add(10 * time.Minute)
	for name, c := range map[string]struct {
		body string
		at   time.Time
		want string
	}{
		"sent in time":               {write(faceResult(), noon), noon.Add(time.Second), write(faceResult(), noon)},
		"sent at its start":          {write(faceResult(), noon), noon.Add(startMargin), write(faceResult(), noon.Add(startMargin))},
		"sent late":                  {write(faceResult(), noon), late, write(faceResult(), late)},
		"whose planned end is over":  {write(faceResult(), noon), noon.Add(2 * time.Hour), write(faceResult(), noon)},
		"on accept, whenever it is":  {write(onAccept, noon), late, write(onAccept, noon)},
		"that is no create":          {"{", late, "{"},
		"whose start is no moment":   {`{"time_range":{"start_time":"20261122"}}`, late, `{"time_range":{"start_time":"20261122"}}`},
		"whose start does not parse": {`{"time_range":{"start_time":"2026112212000x"}}`, late, `{"time_range":{"start_time":"2026112212000x"}}`},
	} {
		if got := string(desk(false).StartLater([]byte(c.body), c.at)); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}
