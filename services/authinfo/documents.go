package authinfo

import (
	"context"
	"errors"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"

	"github.com/facepay-go/facepay/services/authinfo/internal/document"
)

// documents are the collections.
type documents struct {
	sessions          document.Sessions
	credentials       document.Credentials
	authorisations    document.Authorisations
	consents          document.Consents
	preAuthorisations document.PreAuthorisations
	terminations      document.Terminations
}

// openDocuments declares them. Errors are those of the store.
func openDocuments(ctx context.Context, d process.Deps) (documents, error) {
	deps := aggregate.Deps{Docs: d.Docs, Events: d.Bus, Clock: d.Clock, Log: d.Log}
	var all documents
	var failed [6]error
	all.sessions, failed[0] = document.OpenSessions(ctx, deps)
	all.credentials, failed[1] = document.OpenCredentials(ctx, deps)
	all.authorisations, failed[2] = document.OpenAuthorisations(ctx, deps)
	all.consents, failed[3] = document.OpenConsents(ctx, deps)
	all.preAuthorisations, failed[4] = document.OpenPreAuthorisations(ctx, deps)
	all.terminations, failed[5] = document.OpenTerminations(ctx, deps)
	return all, errors.Join(failed[:]...)
}

// sweeps publish what waits in the documents that cause events.
func (d documents) sweeps(every time.Duration) []service.Part {
	sweep := func(name string, run func(context.Context, time.Duration)) service.Part {
		return service.Loop(name, func(ctx context.Context) error {
			run(ctx, every)
			return nil
		})
	}
	return []service.Part{
		sweep("session outbox", d.sessions.SweepOutbox),
		sweep("credential outbox", d.credentials.SweepOutbox),
		sweep("authorisation outbox", d.authorisations.SweepOutbox),
		sweep("consent outbox", d.consents.SweepOutbox),
	}
}

// timer makes the calls that are due.
func timer(
	name string, sweep func(context.Context, time.Duration, time.Duration, aggregate.Reserve), cfg Config, reserve aggregate.Reserve,
) service.Part {
	return service.Loop(name, func(ctx context.Context) error {
		sweep(ctx, cfg.SweepEvery, cfg.Claim, reserve)
		return nil
	})
}
