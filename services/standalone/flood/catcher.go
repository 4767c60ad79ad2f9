package flood

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// catcher stands where the door should be: it takes what the provider delivers, answers 200 and keeps it.
type catcher struct {
	*httptest.Server

	mu     sync.Mutex
	caught []delivery
	news   chan struct{} // closed and renewed at every delivery
}

func newCatcher() *catcher {
	c := &catcher{news: make(chan struct{})}
	c.Server = httptest.NewServer(c)
	return c
}

func (c *catcher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var n notification
	if json.Unmarshal(body, &n) == nil && n.EventType == "PAYSCORE.USER_PAID" {
		c.caught = append(c.caught, delivery{method: r.Method, path: r.URL.Path, header: r.Header, body: body})
		close(c.news)
		c.news = make(chan struct{})
	}
}

// have gives what was caught when there are n, and else the channel that tells of more.
func (c *catcher) have(n int) ([]delivery, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.caught) >= n {
		return c.caught[:n:n], nil
	}
	return nil, c.news
}
