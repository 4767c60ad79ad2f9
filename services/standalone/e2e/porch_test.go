package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// porch stands before the doors as a load balancer does: it shares deliveries out and measures the answers.
type porch struct {
	*httptest.Server
	doors atomic.Pointer[[]string]

	mu      sync.Mutex
	answers []answer
}

// answer is one delivery as its sender saw it.
type answer struct {
	status int
	took   time.Duration
	door   string
}

func newPorch(t *testing.T) *porch {
	p := &porch{}
	var turn atomic.Int64
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		doors := *p.doors.Load()
		door := doors[int(turn.Add(1))%len(doors)]
		to, err := url.Parse(door)
		if err != nil {
			http.Error(w, "no door", http.StatusBadGateway)
			return
		}
		seen := &status{ResponseWriter: w}
		start := time.Now()
		httputil.NewSingleHostReverseProxy(to).ServeHTTP(seen, r)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.answers = append(p.answers, answer{seen.code, time.Since(start), door})
	}))
	t.Cleanup(p.Server.Close)
	return p
}

func (p *porch) seen() []answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]answer(nil), p.answers...)
}

// status remembers what was answered.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}
