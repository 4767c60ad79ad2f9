package e2e

import (
	"net/url"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/event"
)

// quiet waits until nothing about the numbers is under way any more: the provider has made every delivery it will make,
// each accepted one is on the stream, and no service has a message left to handle.
func (w *world) quiet(numbers ...string) {
	w.t.Helper()
	for _, number := range numbers {
		if err := w.until("the end of deliveries about "+number, func() (bool, error) { return w.delivered(number) }); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.until("idle consumers", w.idle); err != nil {
		w.t.Fatal(err)
	}
}

// delivered reports whether the provider is done with notices about a number and what it delivered was published.
func (w *world) delivered(number string) (bool, error) {
	notices, err := w.notices(number)
	if err != nil {
		return false, err
	}
	published := false
	for _, n := range notices {
		if n.Outcome == "" {
			return false, nil
		}
		published = published || n.Outcome == "delivered"
	}
	if !published {
		return true, nil
	}
	stream, err := w.JS.Stream(w.ctx, "NOTIFY")
	if err != nil {
		return false, err
	}
	_, err = stream.GetLastMsgForSubject(w.ctx, event.Root+".notify.payscore_order."+w.Merchant+"."+number)
	return err == nil, err
}

// notice is a notice of the provider with the deliveries made of it.
type notice struct {
	Outcome  string `json:"outcome"`
	Attempts []struct {
		Status int `json:"status"`
	} `json:"attempts"`
}

func (w *world) notices(number string) ([]notice, error) {
	var answer struct {
		Notices []notice `json:"notices"`
	}
	return answer.Notices, w.Get(w.ctx, "/control/wechat/notices", url.Values{"out_order_no": {number}}, &answer)
}

func (w *world) idle() (bool, error) {
	for _, c := range bus.Consumers() {
		consumer, err := w.JS.Consumer(w.ctx, c.Stream, c.Config.Durable)
		if err != nil {
			return false, err
		}
		if info := consumer.CachedInfo(); info.NumPending > 0 || info.NumAckPending > 0 {
			return false, nil
		}
	}
	return true, nil
}
