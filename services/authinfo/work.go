package authinfo

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/process"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/errand"
	"github.com/facepay-go/facepay/services/authinfo/internal/handle"
	"github.com/facepay-go/facepay/services/authinfo/internal/identity"
)

// work is what runs behind events, requests and timers: calls to WeChat.
type work struct {
	consents     *errand.Errands[consent.Consent]
	terminations *errand.Errands[consent.Termination]
	names        *identity.Names
	pools        []*lane.Pool
	// stopNames gives UnionIDs up: they are not worth a slow stop.
	stopNames context.CancelFunc
}

// mint makes agreement numbers.
var mint = handle.Mint{Random: rand.Reader}

// openWork: life ends when calls are to be given up. UnionIDs have places of their own, so that they never keep a consent
// waiting.
func openWork(life context.Context, cfg Config, d process.Deps, k keys, docs documents) *work {
	names, stopNames := context.WithCancel(life)
	errands, users := lane.New(cfg.Errands, cfg.ErrandsPerMerchant), lane.New(cfg.Errands, cfg.ErrandsPerMerchant)
	return &work{
		consents: &errand.Errands[consent.Consent]{
			Store: docs.consents.Store, Claim: cfg.Claim, Pool: errands, Clock: d.Clock, Log: d.Log, Life: life,
			Job: &handle.ConsentCall{Desks: k.desks, Vault: k.vault, Timers: cfg.Consent, Mint: mint, Clock: d.Clock},
		},
		terminations: &errand.Errands[consent.Termination]{
			Store: docs.terminations.Store, Claim: cfg.Claim, Pool: errands, Clock: d.Clock, Log: d.Log, Life: life,
			Job: &handle.TerminationCall{Desks: k.desks, Vault: k.vault},
		},
		names: &identity.Names{Desks: k.desks, Events: d.Bus, Pool: users, Clock: d.Clock, Log: d.Log, Life: names},
		pools: []*lane.Pool{errands, users}, stopNames: stopNames,
	}
}

// drain waits for the calls under way.
func (w *work) drain(ctx context.Context) error {
	w.stopNames()
	var failed []error
	for _, p := range w.pools {
		failed = append(failed, p.Drain(ctx))
	}
	return errors.Join(failed...)
}
