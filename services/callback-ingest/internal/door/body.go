package door

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"

	"golang.org/x/sync/semaphore"

	"github.com/facepay-go/facepay/pkg/fault"
)

const (
	// maxBody is the most that is read of a notification (architecture.md §8).
	maxBody = 1 << 20
	// usualBody is more than a notification has. So much memory is made when it is announced; who announces more has to
	// send it.
	usualBody = 8 << 10
)

// budget bounds the bodies of all requests together. Bytes are counted as they arrive, so a sender who announces a body
// and does not send it takes no room from others. What a connection costs besides is bounded by the listener.
type budget struct{ free *semaphore.Weighted }

// held is one request's part of the budget.
type held struct {
	budget budget
	bytes  int64
}

func (h *held) take(n int64) error {
	if !h.budget.free.TryAcquire(n) {
		return fault.New(fault.Retry, "busy", "too many requests are being taken")
	}
	h.bytes += n
	return nil
}

// leave gives everything back.
func (h *held) leave() { h.budget.free.Release(h.bytes) }

// read reads the raw body. Errors: Retry busy; Terminal too_large, slow_body, broken_body.
func (h *held) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body := bytes.NewBuffer(make([]byte, 0, min(max(r.ContentLength, 0), usualBody)+bytes.MinRead))
	_, err := body.ReadFrom(counted{http.MaxBytesReader(w, r.Body, maxBody), h})
	if err == nil || fault.ClassOf(err) != fault.Unclassified {
		return body.Bytes(), err
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, fault.New(fault.Terminal, "too_large", "more than %d bytes", maxBody)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, fault.New(fault.Terminal, "slow_body", "the body did not arrive in time")
	}
	return nil, fault.New(fault.Terminal, "broken_body", "the body broke off")
}

// counted takes from the budget what it reads.
type counted struct {
	io.Reader
	held *held
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if full := c.held.take(int64(n)); full != nil {
		return 0, full
	}
	return n, err
}
