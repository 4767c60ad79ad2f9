package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// groupWeight is how many documents end the gathering of a group. Larger groups win little and make all wait longer.
const groupWeight = 1000

// company is how long a group waits for others when there were some before: a commit that many share costs each of them a
// fraction of its own.
const company = 3 * time.Millisecond

var errClosed = errors.New("the store is closed")

// writer is the only one that writes. Jobs are handed over directly, so an accepted job is always answered.
type writer struct {
	tx      *transaction
	jobs    chan *job
	closing chan struct{}
	done    chan struct{}
}

// job is one caller's writes. run keeps the outcomes of single documents to itself; the error it returns ends the
// transaction for the whole group.
type job struct {
	weight int // documents
	run    func(*transaction) error
	answer chan error
}

func startWriter(conn *sql.Conn, recent *recent) *writer {
	w := &writer{
		tx: &transaction{
			conn: conn, statements: make(map[string]*sql.Stmt), recent: recent, written: map[place]docstore.Row{},
		},
		jobs:    make(chan *job),
		closing: make(chan struct{}),
		done:    make(chan struct{}),
	}
	go w.loop()
	return w
}

// do hands run to the writer and waits for the commit. Errors are Retry. When ctx ends after the job was accepted, run
// may still happen: the caller must not touch what run uses any more.
func (w *writer) do(ctx context.Context, weight int, run func(*transaction) error) error {
	j := &job{weight: weight, run: run, answer: make(chan error, 1)}
	if ctx.Err() != nil {
		return docstore.Away(ctx.Err(), "wait to write")
	}
	select {
	case w.jobs <- j:
	case <-w.closing:
		return docstore.Away(errClosed, "write")
	case <-ctx.Done():
		return docstore.Away(ctx.Err(), "wait to write")
	}
	select {
	case err := <-j.answer:
		return err
	case <-ctx.Done():
		return docstore.Away(ctx.Err(), "wait for the commit")
	}
}

func (w *writer) loop() {
	defer close(w.done)
	for crowd := false; ; {
		select {
		case first := <-w.jobs:
			if crowd {
				select {
				case <-time.After(company):
				case <-w.closing:
				}
			}
			group := w.gather(first)
			crowd = crowded(group)
			w.commit(group)
		case <-w.closing:
			return
		}
	}
}

// crowded reports whether a group is of several callers with hardly more than a document each. Who writes alone waits for
// nobody, and who brings many documents has gathered them himself.
func crowded(group []*job) bool {
	documents := 0
	for _, j := range group {
		documents += j.weight
	}
	return len(group) > 1 && documents < 2*len(group)
}

// gather takes who waits already.
func (w *writer) gather(first *job) []*job {
	group, weight := []*job{first}, first.weight
	for weight < groupWeight {
		select {
		case j := <-w.jobs:
			group, weight = append(group, j), weight+j.weight
		default:
			return group
		}
	}
	return group
}

func (w *writer) commit(group []*job) {
	err := w.tx.commit(group)
	for _, j := range group {
		j.answer <- err
	}
}

// stop ends the writer after the group at work. It is called once.
func (w *writer) stop() {
	close(w.closing)
	<-w.done
	w.tx.close()
}
