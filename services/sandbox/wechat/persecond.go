package wechat

import (
	"sync"
	"time"
)

// perSecond counts something of each merchant in the current second of the sandbox's clock.
type perSecond struct {
	mu     sync.Mutex
	counts map[string]secondCount
}

type secondCount struct {
	second int64
	count  int
}

// tooMany reports whether most were counted in this second already.
func (p *perSecond) tooMany(mchID string, now time.Time, most int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.counts[mchID]
	return c.second == now.Unix() && c.count >= most
}

func (p *perSecond) add(mchID string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.counts[mchID]
	if c.second != now.Unix() {
		c = secondCount{second: now.Unix()}
	}
	c.count++
	if p.counts == nil {
		p.counts = map[string]secondCount{}
	}
	p.counts[mchID] = c
}
