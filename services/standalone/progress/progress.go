// Package progress draws how far a long run has come: one line that is rewritten on a terminal, one line every few
// seconds elsewhere.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Output is where a line is drawn.
type Output struct {
	io.Writer
	// Terminal is true when the line can be rewritten.
	Terminal bool
}

// Line is drawn from Start to Stop.
type Line struct {
	out   Output
	text  func() string
	quit  chan struct{}
	drawn sync.WaitGroup
}

// Start draws what text gives: five times a second on a terminal, else once every so often.
func Start(out Output, every time.Duration, text func() string) *Line {
	l := &Line{out: out, text: text, quit: make(chan struct{})}
	if out.Terminal {
		every = 200 * time.Millisecond
	}
	l.drawn.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				l.draw("")
			case <-l.quit:
				l.draw("\n")
				return
			}
		}
	})
	return l
}

// Stop draws the line a last time and ends it.
func (l *Line) Stop() {
	close(l.quit)
	l.drawn.Wait()
}

// draw ends a terminal's line with end; elsewhere every line ends by itself.
func (l *Line) draw(end string) {
	if l.out.Terminal {
		fmt.Fprint(l.out, "\r"+l.text()+"\x1b[K"+end)
		return
	}
	fmt.Fprintln(l.out, l.text())
}
