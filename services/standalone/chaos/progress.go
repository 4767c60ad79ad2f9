package chaos

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// progress draws how far the run has come: one line rewritten on a terminal, one line every few seconds elsewhere.
type progress struct {
	o     Options
	city  *city
	k     *killer
	begun time.Time
	what  atomic.Pointer[string]
	quit  chan struct{}
	drawn sync.WaitGroup
}

func startProgress(o Options, c *city, k *killer) *progress {
	p := &progress{o: o, city: c, k: k, begun: time.Now(), quit: make(chan struct{})}
	p.phase("load")
	every := 10 * time.Second
	if o.Terminal {
		every = 200 * time.Millisecond
	}
	p.drawn.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.draw("")
			case <-p.quit:
				p.draw("\n")
				return
			}
		}
	})
	return p
}

func (p *progress) phase(what string) { p.what.Store(&what) }

func (p *progress) stop() {
	close(p.quit)
	p.drawn.Wait()
}

// line is how far it has come.
func (p *progress) line() string {
	return fmt.Sprintf("%s %s: %d/%d customers gone, %s, %d events, %.0fs",
		p.o.Mode, *p.what.Load(), p.city.over.Load(), p.o.Orders, p.k.blows(), p.city.tracker.Total(), time.Since(p.begun).Seconds())
}

func (p *progress) draw(end string) {
	if p.o.Terminal {
		fmt.Fprint(p.o.Progress, "\r"+p.line()+"\x1b[K"+end)
		return
	}
	fmt.Fprintln(p.o.Progress, p.line())
}
