package callbackingest_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/merchant"
)

// hasty waits a hundredth of what it is asked to.
type hasty struct{ clock.Clock }

func (h hasty) After(d time.Duration) <-chan time.Time { return h.Clock.After(d / 100) }
func (h hasty) Sleep(ctx context.Context, d time.Duration) error {
	return h.Clock.Sleep(ctx, d/100)
}

func TestKeysAreRotatedWithoutARestartAndABrokenFileChangesNothing(t *testing.T) {
	const listed = "        - {id: PUB_KEY_ID_0119000001092023111500000000000002, file: second_public.pem}\n"
	dir := t.TempDir()
	write := func(name, content string) {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	for _, name := range []string{"apiv3_key", "second_apiv3_key", "wechat_public.pem", "second_public.pem"} {
		write(name, string(read(t, name)))
	}
	whole := string(read(t, "merchants.yaml"))
	write("merchants.yaml", strings.Replace(whole, listed, "", 1))

	w := newWorld(t)
	w.clock.Clock = hasty{w.clock.Clock}
	var err error
	w.book, err = merchant.Load(filepath.Join(dir, "merchants.yaml"))
	must(t, err)
	w.start()
	old := mainWeChat(t)
	fresh := newWeChat(t, otherSerial, "second_private.pem", "apiv3_key")
	fresh.apiv3 = []byte("vutsrqponmlkjihgfedcba9876543210")
	next := 0
	answers := func(from wechat) int {
		next++
		return w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("ROTATED%d", next))))
	}
	if s := answers(old); s != http.StatusOK {
		t.Fatalf("before: %d", s)
	}
	if s := answers(fresh); s != http.StatusUnauthorized {
		t.Fatalf("a key that is not configured yet: %d", s)
	}

	write("merchants.yaml", whole) // the new public key stands beside the old one,
	write("apiv3_key", string(fresh.apiv3)+"\n"+string(old.apiv3)+"\n")
	eventually(t, func() bool { return answers(fresh) == http.StatusOK })
	if s := answers(old); s != http.StatusOK { // and each opens
		t.Errorf("the old keys during the rotation: %d", s)
	}

	write("apiv3_key", string(fresh.apiv3[:20])) // an operator's editor, half way
	eventually(t, func() bool { return strings.Contains(w.logs.String(), "key_length") })
	for _, from := range []wechat{old, fresh} {
		if s := answers(from); s != http.StatusOK {
			t.Errorf("while a key file is broken: %d", s)
		}
	}

	write("apiv3_key", string(fresh.apiv3))
	eventually(t, func() bool { return answers(old) == http.StatusBadRequest }) // decrypt_failed
	if s := answers(fresh); s != http.StatusOK {
		t.Errorf("after: %d", s)
	}
}
