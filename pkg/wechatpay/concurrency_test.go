package wechatpay_test

import (
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
)

func TestAHeldKeyVerifiesWhileTheRingIsRefreshed(t *testing.T) {
	p, a, b := newPlatform(t), certificate(t, serialA), certificate(t, serialB)
	p.gives(listSignedBy(t, a, a))
	f := p.fixture(t, certificatesOnly)
	if err := f.ring.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	header := signed(t, a, wechattest.Start, "x")
	stop := make(chan struct{})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := f.ring.VerifySigned(wechattest.Start, header, []byte("x")); err != nil {
					t.Error(err)
					return
				}
				_ = f.ring.Keys()
			}
		})
	}
	for i := range 4 {
		if i%2 == 0 {
			p.gives(listSignedBy(t, a, a, b))
		} else {
			p.gives(listSignedBy(t, a, a))
		}
		p.clock.Move(time.Minute)
		if err := f.ring.Refresh(t.Context()); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wait.Wait()
	if n := len(f.ring.Keys()); n != 1 {
		t.Errorf("a certificate WeChat no longer lists is still held: %d keys", n)
	}
	if err := f.ring.VerifySigned(p.clock.Now(), signed(t, b, p.clock.Now(), "x"), []byte("x")); wechatpay.ReasonOf(err) != wechatpay.UnknownSerial {
		t.Error(err)
	}
}
