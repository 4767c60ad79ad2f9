package book

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
)

// Call is one received request.
type Call struct {
	ID         string    `json:"-"`
	At         time.Time `json:"time"`
	Operation  string    `json:"operation"`
	Endpoint   string    `json:"endpoint"`
	MchID      string    `json:"mchid,omitempty"`
	OutOrderNo string    `json:"out_order_no,omitempty"`
	// Status is the HTTP status that was answered, 0 when a fault kept the answer back.
	Status    int    `json:"status"`
	Code      string `json:"code,omitempty"`
	RequestID string `json:"request_id"`
	// BodySHA256 is the digest of the raw body, hex.
	BodySHA256 string `json:"body_sha256"`
	// Executed is true when this very call changed the book; a repeat does not.
	Executed bool   `json:"executed"`
	Fault    string `json:"fault,omitempty"`
}

// Journal keeps the calls. Writing is asynchronous and grouped: an answer never waits for it, and a kill may lose the
// last moments. What a call did to an order is in the order.
type Journal struct {
	calls    docstore.Collection[Call]
	incoming chan Call
	flush    chan chan struct{}
	started  string
	log      *slog.Logger
	serial   atomic.Int64
}

// OpenJournal declares the journal's collection. Run must be running for calls to be kept.
func OpenJournal(ctx context.Context, store docstore.Store, clk clock.Clock, log *slog.Logger) (*Journal, error) {
	calls, err := docstore.Open(ctx, store, docstore.Spec[Call]{
		Name: "wechat_calls",
		ID:   func(c *Call) string { return c.ID },
		Fields: []docstore.Field[Call]{
			{Name: "out_order_no", Kind: docstore.String, Value: func(c *Call) any { return c.OutOrderNo }},
			{Name: "at", Kind: docstore.Time, Value: func(c *Call) any { return c.At }},
		},
		Indexes: []docstore.Index{{Name: "by_order", Fields: []string{"out_order_no", "at"}}},
	})
	if err != nil {
		return nil, err
	}
	return &Journal{calls: calls, log: log, incoming: make(chan Call, 4096), flush: make(chan chan struct{}),
		started: strconv.FormatInt(clk.Now().UnixMilli(), 36)}, nil
}

// Add notes a call; it waits only while 4096 calls are unwritten.
func (j *Journal) Add(ctx context.Context, c Call) {
	c.ID = j.started + "-" + strconv.FormatInt(j.serial.Add(1), 10)
	select {
	case j.incoming <- c:
	case <-ctx.Done():
	}
}

// Run writes calls until ctx ends, then what is left. A batch the store refuses is dropped and logged: a call is an
// observation, not a fact anybody relies on.
func (j *Journal) Run(ctx context.Context) {
	keep := context.WithoutCancel(ctx)
	for {
		select {
		case c := <-j.incoming:
			j.write(keep, c)
		case done := <-j.flush:
			j.drain(keep)
			close(done)
		case <-ctx.Done():
			j.drain(keep)
			return
		}
	}
}

func (j *Journal) drain(ctx context.Context) {
	for {
		select {
		case c := <-j.incoming:
			j.write(ctx, c)
		default:
			return
		}
	}
}

// write stores the call with whatever else is waiting, at most 256 in one commit.
func (j *Journal) write(ctx context.Context, first Call) {
	batch := []*Call{&first}
	for waiting := true; waiting && len(batch) < 256; {
		select {
		case c := <-j.incoming:
			batch = append(batch, &c)
		default:
			waiting = false
		}
	}
	if err := errors.Join(j.calls.InsertMany(ctx, batch)...); err != nil {
		j.log.ErrorContext(ctx, "calls not written to the journal", "calls", len(batch), "error", err)
	}
}

// Calls are the first calls about one number of a merchant in order of time, all that were answered before this one; of all
// merchants when mchID is "".
func (j *Journal) Calls(ctx context.Context, mchID, outOrderNo string, limit int) ([]Call, error) {
	if err := j.flushed(ctx); err != nil {
		return nil, err
	}
	calls := []Call{}
	for r, err := range j.calls.Scan(ctx, docstore.Query{Index: "by_order", Equal: []any{outOrderNo}}) {
		if err != nil {
			return nil, err
		}
		if mchID != "" && r.Doc.MchID != mchID {
			continue
		}
		if calls = append(calls, r.Doc); len(calls) == limit {
			break
		}
	}
	return calls, nil
}
