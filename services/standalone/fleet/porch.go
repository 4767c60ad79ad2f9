package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"
)

// porch stands before the doors as a load balancer does: deliveries go round, past doors where nobody listens. What a
// door began to answer and did not finish is a 502: WeChat comes again.
type porch struct {
	url    string
	doors  []string
	turn   atomic.Uint64
	server *http.Server
}

func openPorch(doors []string) (*porch, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the porch: %w", err)
	}
	p := &porch{url: "http://" + l.Addr().String(), doors: doors}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: "door"}) // the dialer chooses which
			r.Out.Host = r.In.Host
		},
		// A connection of its own for each delivery: a kept one would stay with its door.
		Transport:    &http.Transport{DialContext: p.dial, DisableKeepAlives: true, ResponseHeaderTimeout: 10 * time.Second},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	p.server = &http.Server{Handler: proxy, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = p.server.Serve(l) }() // ends with Close
	return p, nil
}

// dial finds the next door where somebody listens.
func (p *porch) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	var errs []error
	var d net.Dialer
	first := p.turn.Add(1)
	for i := range uint64(len(p.doors)) {
		conn, err := d.DialContext(ctx, network, p.doors[(first+i)%uint64(len(p.doors))])
		if err == nil {
			return conn, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}
