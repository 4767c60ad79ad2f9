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

// Run keeps the certificates fresh until ctx ends: at its start, every 24 hours, one minute after a failure, and when a
// verification met an unknown serial. report hears the result of every fetch (nil for success) and must not block. An
// account without platform certificates only waits.
func (r *KeyRing) Run(ctx context.Context, report func(error)) {
	if r.source == nil {
		<-ctx.Done()
		return
	}
	for {
		err := r.Refresh(ctx)
		if ctx.Err() != nil {
			return
		}
		report(err)
		wait := refreshEvery
		if err != nil {
			wait = refreshGap
		}
		select {
		case <-ctx.Done():
			return
		case <-r.o.Clock.After(wait):
		case <-r.wake:
			if r.o.Clock.Sleep(ctx, r.untilAllowed()) != nil {
				return
			}
		}
	}
}

// Refresh fetches the platform certificates once: GET /v3/certificates, decrypted, then verified by one of the keys
// held or just obtained (§1.4). Concurrent calls share one fetch, and within 60 s of the last one its result is given
// again. Certificates that WeChat no longer lists, or outside their validity, leave the ring; public keys stay.
// A failure (Retry) changes nothing. That the account has no certificate (404 RESOURCE_NOT_EXISTS) is an error
// (Terminal, no_verifying_key) only when there is no public key either.
func (r *KeyRing) Refresh(ctx context.Context) error {
	if r.source == nil {
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
	var public []ringKey
	for _, k := range r.keys.Load().list {
		if !k.Certificate() {
			public = append(public, k)
		}
	}
	certificates, err := r.source.fetch(ctx, now, r.AcceptSerial(now), public)
	if err != nil {
		return err
	}
	r.keys.Store(newKeySet(append(public, certificates...)))
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
