package flood

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
)

// sender delivers to a door and gives the status of the answer.
type sender func(ctx context.Context, d delivery) (status int, err error)

// toHandler delivers without a socket, as the HTTP server would call the door.
func toHandler(door http.Handler) sender {
	return func(ctx context.Context, d delivery) (int, error) {
		r := &http.Request{
			Method: d.method, URL: &url.URL{Path: d.path}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: d.header,
			Body: io.NopCloser(bytes.NewReader(d.body)), ContentLength: int64(len(d.body)), Host: "door", RequestURI: d.path,
		}
		w := answer{header: http.Header{}, status: http.StatusOK}
		door.ServeHTTP(&w, r.WithContext(ctx))
		return w.status, nil
	}
}

// toURL delivers over HTTP; base is asked each time, because a door that was restarted has moved.
func toURL(client *http.Client, base func() string) sender {
	return func(ctx context.Context, d delivery) (int, error) {
		r, err := http.NewRequestWithContext(ctx, d.method, base()+d.path, bytes.NewReader(d.body))
		if err != nil {
			return 0, fmt.Errorf("making a delivery: %w", err)
		}
		r.Header = d.header
		resp, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode, errors.Join(err, resp.Body.Close())
	}
}

// answer keeps the status of a response and nothing else.
type answer struct {
	header http.Header
	status int
	begun  bool
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if !a.begun {
		a.status, a.begun = status, true
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return len(b), nil
}

// together runs work n times at once and joins the errors.
func together(n int, work func() error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = work() })
	}
	all.Wait()
	return errors.Join(errs...)
}
