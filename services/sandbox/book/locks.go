package book

import (
	"hash/fnv"
	"sync"
)

// locks serialise work on one user or one order inside this process, so that versioned writes rarely lose. A create
// holds its user's lock while it takes its order's, never the other way round.
type locks struct{ users, orders, refunds stripes }

type stripes [256]sync.Mutex

// hold locks the key's stripe and returns the unlock.
func (s *stripes) hold(key string) (release func()) {
	h := fnv.New32a()
	h.Write([]byte(key))
	stripe := &s[h.Sum32()%uint32(len(s))]
	stripe.Lock()
	return stripe.Unlock
}
