package wechatpay

import (
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
)

// Rekey opens the account's keys as they are configured now and puts them in the place of those in use, all at once;
// calls and verifications that began with the old ones end with them. It reports whether there are other keys.
//
// What does not hold changes nothing: a file that is missing, half written or broken, a key and a serial that do not
// belong together. The old keys stay in use and the error, with the codes of LoadAccount, comes again at each call until
// the files are mended. Besides: account_changed (Terminal) when configured is another merchant number, which needs a
// restart; pair_half_changed (Terminal) when only one of private key and serial has changed and no certificate_file says
// whether they belong together; keys_being_written (Retry) when the files changed while they were read.
func (a *Account) Rekey(configured merchant.Account) (changed bool, err error) {
	a.rekeying.Lock()
	defer a.rekeying.Unlock()
	w := configured.WeChat
	if configured.ID != a.id || w == nil || w.MchID != a.mchID {
		return false, fault.New(fault.Terminal, "account_changed", "account %s is another merchant number now: restart to take it", a.id)
	}
	n := needsOf(w, a.purposes)
	found := fingerprintOf(w, n)
	if found == a.seen {
		return false, a.refused
	}
	r := keyReader{account: a.id}
	fresh := r.open(w, n)
	if fingerprintOf(w, n) != found {
		return false, fault.New(fault.Retry, "keys_being_written", "the key files of account %s changed while they were read", a.id)
	}
	old := a.keys.Load()
	r.whole(w, old, fresh)
	a.seen, a.refused = found, r.err()
	if a.refused != nil {
		return false, a.refused
	}
	a.keys.Store(fresh)
	close(old.replaced)
	return true, nil
}

// whole: nothing but the certificate tells which serial a key has. Where it is not configured, both change or neither: a
// new key file under the old serial, or the other way round, is half of a rotation, and WeChat would refuse every
// signature made with it.
func (r *keyReader) whole(w *merchant.WeChatAccount, old, fresh *keys) {
	if w.CertificateFile != "" || old.private.IsZero() || fresh.private.IsZero() {
		return
	}
	sameKey := old.private.rsa.Equal(fresh.private.rsa)
	if sameKey != (old.serial == fresh.serial) {
		r.fail("private_key_file", "pair_half_changed", "key and merchant_serial change together; for one without the other configure certificate_file")
	}
}
