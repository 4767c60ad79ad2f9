// Package sandbox is a faithful simulator of WeChat Pay for face-scan PayScore: real HTTP, real signatures, faults on
// demand. WeChat Pay has no test environment. It runs alone (cmd/sandbox) or inside another program, and works with
// any WeChat Pay client; see README.md.
package sandbox

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/control"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/notify"
	"github.com/facepay-go/facepay/services/sandbox/scenarios"
	"github.com/facepay-go/facepay/services/sandbox/wechat"
)

// Deps are what the sandbox runs on.
type Deps struct {
	// Clock is shared with the services under test: signatures carry its time.
	Clock clock.Clock
	// Store keeps the book and the queued notices; the caller closes it after Stop.
	Store docstore.Store
	Log   *slog.Logger
	// Random must be safe for concurrent use: crypto/rand.Reader.
	Random io.Reader
	// HTTP delivers callbacks; nil is a client that follows no redirects.
	HTTP *http.Client
}

// Sandbox is one simulator. Start it once, stop it once.
type Sandbox struct {
	config    Config
	deps      Deps
	merchants account.Directory
	faults    *plan.Plan
	library   *scenarios.Library

	provider, control listener
	stop              context.CancelFunc
	workers           sync.WaitGroup
}

// parallelNotices is how many callbacks are delivered at once.
const parallelNotices = 32

// New checks the configuration; errors are of class Terminal.
func New(c Config, d Deps) (*Sandbox, error) {
	merchants, err := c.directory()
	if err != nil {
		return nil, err
	}
	library, rules, err := c.scenarios()
	if err != nil {
		return nil, err
	}
	faults, err := plan.NewPlan(append(slices.Clone(c.Faults), rules...))
	if err != nil {
		return nil, err
	}
	if d.HTTP == nil {
		d.HTTP = deliveryClient()
	}
	return &Sandbox{config: c.withDefaults(), deps: d, merchants: merchants, faults: faults, library: library}, nil
}

// Start opens the book and both listeners; the sandbox answers when it returns. It runs until Stop: the end of ctx does
// not stop it.
func (s *Sandbox) Start(ctx context.Context) error {
	truth, err := book.Open(ctx, s.deps.Store)
	if err != nil {
		return err
	}
	journal, err := book.OpenJournal(ctx, s.deps.Store, s.deps.Clock, s.deps.Log)
	if err != nil {
		return err
	}
	notices, err := notify.Open(ctx, notify.Deps{Store: s.deps.Store, Merchants: s.merchants, Faults: s.faults, Clock: s.deps.Clock,
		Random: s.deps.Random, HTTP: s.deps.HTTP, Log: s.deps.Log, Parallel: parallelNotices})
	if err != nil {
		return err
	}
	server := wechat.NewServer(wechat.Deps{Merchants: s.merchants, Book: truth, Journal: journal, Notices: notices, Faults: s.faults,
		Clock: s.deps.Clock, Random: s.deps.Random, Log: s.deps.Log}, s.rules())
	if err := errors.Join(server.AnnouncePaid(ctx), server.AnnounceConfirmed(ctx)); err != nil {
		return err
	}
	if err := s.provider.listen(s.config.Listen, server.Handler(), s.deps.Log); err != nil {
		return err
	}
	api := &control.API{WeChat: server, Book: truth, Journal: journal, Notices: notices, Faults: s.faults, Scenarios: s.library, Merchants: s.merchants,
		Clock: s.deps.Clock, Log: s.deps.Log}
	if err := s.control.listen(s.config.ControlListen, api.Handler(), s.deps.Log); err != nil {
		return errors.Join(err, s.provider.close(ctx))
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.workers.Go(func() { journal.Run(running) })
	s.workers.Go(func() { notices.Run(running) })
	s.workers.Go(func() { server.RunDeductions(running) })
	s.workers.Go(func() { server.RunExpiries(running) })
	s.workers.Go(func() { server.RunRefunds(running) })
	return nil
}

// deliveryClient keeps connections to receivers open: by default Go keeps two.
func deliveryClient() *http.Client {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: parallelNotices, IdleConnTimeout: time.Minute}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (s *Sandbox) rules() wechat.Rules {
	limits := book.Limits{InService: 3, Unpaid: 1}
	if s.config.NoUserLimits {
		limits = book.Limits{}
	}
	return wechat.Rules{Strict: s.config.Strict, ThreeByteText: s.config.ThreeByteText, Limits: limits, DeductAfter: s.config.DeductAfter,
		DeductAgainAfter: s.config.DeductAgainAfter, AuthinfoLasts: s.config.AuthinfoLasts, RefundAfter: s.config.RefundAfter}
}

// Stop closes the listeners, gives running calls until ctx ends, and waits for the workers. Queued notices and deductions
// stay in the store and go on after the next Start.
func (s *Sandbox) Stop(ctx context.Context) error {
	err := errors.Join(s.provider.close(ctx), s.control.close(ctx))
	if s.stop != nil {
		s.stop()
	}
	s.workers.Wait()
	return err
}

// URL is the base URL that stands for both of WeChat Pay's hosts.
func (s *Sandbox) URL() string { return s.provider.url() }

// ControlURL is the base URL of the control API.
func (s *Sandbox) ControlURL() string { return s.control.url() }
