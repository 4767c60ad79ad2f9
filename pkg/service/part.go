package service

import (
	"context"
	"errors"
	"time"
)

// flushTime is how long a part gives another process at start or stop to take what it was sent.
const flushTime = 5 * time.Second

// Part is something that starts and stops with the service: a listener, a consumer, a connection.
type Part struct {
	// Name is for logs and errors.
	Name string
	// Start returns when the part works; when it fails it leaves nothing running. Its ctx ends when the start is given
	// up and is not for the part's life. May be nil.
	Start func(ctx context.Context) error
	// Stop takes no new work, finishes what is running and returns, before ctx ends. It is called once, and only after
	// Start succeeded. May be nil.
	Stop func(ctx context.Context) error
	// Failed gives the error that ended a started part by itself; the whole service then stops. May be nil.
	Failed <-chan error
}

// Loop is a part that is one blocking function, such as a sweep. The ctx of body ends when the part is stopped; body then
// finishes and returns nil or that ctx's error. Any return before is a failure of the part.
func Loop(name string, body func(ctx context.Context) error) Part {
	life, end := context.WithCancel(context.Background())
	failed := make(chan error, 1)
	ended := make(chan error, 1)
	return Part{
		Name:   name,
		Failed: failed,
		Start: func(context.Context) error {
			go func() {
				err := body(life)
				if life.Err() == nil {
					failed <- early(err)
					err = nil
				}
				ended <- err
			}()
			return nil
		},
		Stop: func(ctx context.Context) error {
			end()
			select {
			case err := <-ended:
				if errors.Is(err, context.Canceled) {
					return nil
				}
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	}
}

// early is the failure of a body that returned while it should run.
func early(err error) error {
	if err == nil {
		return errors.New("it ended by itself")
	}
	return err
}
