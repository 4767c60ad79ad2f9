package demo

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/facepay-go/facepay/services/standalone/kiosk"
)

// progress draws how many orders have ended: one line rewritten on a terminal, one line every few seconds elsewhere.
type progress struct {
	o       Options
	tracker *kiosk.Tracker
	visits  []*visit
	quit    chan struct{}
	drawn   sync.WaitGroup
}

func startProgress(o Options, t *kiosk.Tracker, visits []*visit) *progress {
	p := &progress{o: o, tracker: t, visits: visits, quit: make(chan struct{})}
	every := 5 * time.Second
	if o.Terminal {
		every = 200 * time.Millisecond
	}
	p.drawn.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.draw()
			case <-p.quit:
				p.draw()
				if o.Terminal {
					fmt.Fprintln(o.Progress)
				}
				return
			}
		}
	})
	return p
}

func (p *progress) stop() {
	close(p.quit)
	p.drawn.Wait()
}

func (p *progress) draw() {
	ended := map[string]int{}
	total := 0
	for _, v := range p.visits {
		if end, ok := lastWord(p.tracker.Of(v.number)); ok {
			ended[end]++
			total++
		}
	}
	const width = 30
	filled := width * total / max(len(p.visits), 1)
	line := fmt.Sprintf("[%s%s] %d/%d orders", strings.Repeat("█", filled), strings.Repeat("·", width-filled), total, len(p.visits))
	for _, name := range kiosk.Final {
		line += fmt.Sprintf("  %s %d", name, ended[name])
	}
	if p.o.Terminal {
		fmt.Fprint(p.o.Progress, "\r"+line)
		return
	}
	fmt.Fprintln(p.o.Progress, line)
}

// lastWord is the event that ended an order.
func lastWord(said []kiosk.Said) (string, bool) {
	for i := len(said) - 1; i >= 0; i-- {
		for _, name := range kiosk.Final {
			if said[i].Name == name {
				return name, true
			}
		}
	}
	return "", false
}
