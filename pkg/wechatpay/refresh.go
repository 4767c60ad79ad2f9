package wechatpay

import (
	"context"
	"time"
)

const (
	// refreshEvery is how often certificates are fetched without being asked (the SDK does the same, §1.4).
	refreshEvery = 24 * time.Hour
	// refreshGap is the least time between two fetches, so that made-up serials cannot make us hammer WeChat.
	refreshGap = time.Minute
)

// Run keeps the certificates fresh until ctx ends: at its start, every 24 hours, one minute after a failure, when a
// verification met an unknown serial, and when the account got other keys. report hears the result of every fetch (nil
// for success) and must not block. While the account has no platform certificates it only waits for other keys.
func (r *KeyRing) Run(ctx context.Context, report func(error)) {
	for ctx.Err() == nil {
		configured := r.account.keys.Load()
		if !configured.certificates {
			select {
			case <-ctx.Done():
			case <-configured.replaced:
			}
			continue
		}
		err := r.Refresh(ctx)
		if ctx.Err() != nil {
			return
		}
		report(err)
		r.rest(ctx, configured, err)
	}
}

// rest waits until the next fetch is due.
func (r *KeyRing) rest(ctx context.Context, configured *keys, err error) {
	wait := refreshEvery
	if err != nil {
		wait = refreshGap
	}
	select {
	case <-ctx.Done():
		return
	case <-r.o.Clock.After(wait):
		return
	case <-r.wake:
	case <-configured.replaced:
	}
	_ = r.o.Clock.Sleep(ctx, r.untilAllowed()) // Run looks at ctx next
}

// Refresh fetches the platform certificates once: GET /v3/certificates, decrypted, then verified by one of the keys
// held or just obtained (§1.4). Concurrent calls share one fetch, and within 60 s of the last one its result is given
// again. Certificates that WeChat no longer lists, or outside their validity, leave the ring; public keys stay.
// A failure (Retry) changes nothing. That the account has no certificate (404 RESOURCE_NOT_EXISTS) is an error
// (Terminal, no_verifying_key) only when there is no public key either.
func (r *KeyRing) Refresh(ctx context.Context) error {
	if !r.account.keys.Load().certificates {
		return nil
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if r.untilAllowed() > 0 {
		return r.lastErr
	}
	r.dropWish()
	now := r.o.Clock.Now()
	r.lastTry.Store(&now)
	r.lastErr = r.fetch(ctx, now)
	return r.lastErr
}

func (r *KeyRing) fetch(ctx context.Context, now time.Time) error {
	fresh, err := r.source.fetch(ctx, now, r.AcceptSerial(now), r.account.keys.Load().public.list)
	if err != nil {
		return err
	}
	r.downloaded.Store(newKeySet(fresh.keys))
	r.skipped.Store(&fresh.skipped)
	return nil
}

func (r *KeyRing) untilAllowed() time.Duration {
	last := r.lastTry.Load()
	if last == nil {
		return 0
	}
	return refreshGap - r.o.Clock.Now().Sub(*last)
}

// askRefresh leaves a wish for Run; one is enough.
func (r *KeyRing) askRefresh() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// dropWish forgets wishes that the fetch about to start will serve.
func (r *KeyRing) dropWish() {
	select {
	case <-r.wake:
	default:
	}
}
