package wechat

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/bill"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// statement is one bill somebody applied for: all that is needed to write it, twice with the same bytes.
type statement struct {
	merchant *account.Merchant
	// subMchID is the one sub-merchant of a partner's whom the bill is about; empty: all, and the partner himself.
	subMchID string
	// day is its midnight in Beijing.
	day  time.Time
	kind bill.Kind
	gzip bool
	// write writes the bill and tells the rows, 0 when there is no such bill.
	write func(context.Context, *statement, io.Writer) (rows int, err error)
	// spoil is the fault of the file. strike asks for the fault of a row until the bill is hashed; what it answered is in
	// spoiled, by the row's place.
	spoil   plan.Rule
	strike  func(outOrderNo, openID string) plan.Rule
	hashed  bool
	spoiled map[int]plan.Rule
}

// end is the end of the day, made the moment of the snapshot.
func (st *statement) end() time.Time { return st.day.Add(24 * time.Hour) }

func (st *statement) made() time.Time { return st.day.Add(madeAfter) }

// nothingToWrite is a bill of an account on which nothing moves.
func nothingToWrite(context.Context, *statement, io.Writer) (int, error) { return 0, nil }

// downloadWithin is how long a download_url is good: 30 s and 5 min are both written down, the shorter is safe (§10.3).
const downloadWithin = 30 * time.Second

// statements are the bills that can be downloaded, by token. A restart forgets them: their tokens have expired.
type statements struct {
	mu      sync.Mutex
	byToken map[string]offered
}

type offered struct {
	*statement
	until time.Time
}

// put offers a statement from now on, and drops what has expired.
func (s *statements) put(token string, st *statement, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byToken == nil {
		s.byToken = map[string]offered{}
	}
	for old, o := range s.byToken {
		if !now.Before(o.until) {
			delete(s.byToken, old)
		}
	}
	s.byToken[token] = offered{st, now.Add(downloadWithin)}
}

// get is nil when the token is unknown, expired or another merchant's.
func (s *statements) get(token string, m *account.Merchant, now time.Time) *statement {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, known := s.byToken[token]
	if !known || !now.Before(o.until) || o.merchant != m {
		return nil
	}
	return o.statement
}
