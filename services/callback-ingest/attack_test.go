package callbackingest_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

// dial opens a connection to the door from an address of this machine, any when source is "". It ends with the test.
func (w *world) dial(source string) net.Conn {
	w.t.Helper()
	dialer := net.Dialer{}
	if source != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(source)}
	}
	conn, err := dialer.DialContext(w.t.Context(), "tcp", strings.TrimPrefix(w.svc.URL(), "http://"))
	must(w.t, err)
	w.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// begin sends the head of a request that announces a body, and nothing of the body.
func begin(t testing.TB, conn net.Conn, target string, h http.Header, length int) {
	t.Helper()
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s HTTP/1.1\r\nHost: pay.example.com\r\nContent-Length: %d\r\n", target, length)
	must(t, h.Write(&head))
	head.WriteString("\r\n")
	_, err := conn.Write(head.Bytes())
	must(t, err)
}

// answerOn reads the answer on a connection.
func answerOn(t testing.TB, conn net.Conn) (int, http.Header, string) {
	t.Helper()
	must(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, resp.Header, string(body)
}

// manySockets is what shut the door once, at 30 bytes a second each.
const manySockets = 4200

func TestGenuineNotificationsAreAnsweredWhileThousandsOfConnectionsSendNoBody(t *testing.T) {
	for name, c := range map[string]struct {
		headers func(w *world, from wechat) http.Header
		adjust  func(w *world)
	}{
		"without headers": {
			func(*world, wechat) http.Header { return http.Header{} }, func(*world) {},
		},
		// Nothing but the signature is wrong with these, so each waits for its body; they get as many connections as they want.
		"with headers as WeChat sends them": {
			func(w *world, from wechat) http.Header { return from.signed(w.clock.Now(), nil) },
			func(w *world) {
				w.cfg.MaxConnections, w.cfg.ConnectionsPerSource, w.cfg.MaxInFlight = 2*manySockets, 2*manySockets, 2<<20
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.cfg.ReadWithin = 20 * time.Second // long enough for none to be gone before all are there
			c.adjust(w)
			w.start()
			from := mainWeChat(t)
			h := c.headers(w, from)
			answers := make(chan int, 40)
			for i := range manySockets {
				begin(t, w.dial(""), "POST /v1/notify/wechat/wx-main", h, 10)
				if (i+1)%(2*manySockets/cap(answers)) == 0 { // some while they come
					go func() {
						answers <- w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("UNDER%d", i))))
					}()
				}
			}
			for i := range cap(answers) - cap(answers)/2 { // and some when all are there
				go func() {
					answers <- w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("BEHIND%d", i))))
				}()
			}
			for range cap(answers) {
				if s := <-answers; s != http.StatusOK {
					t.Errorf("a genuine notification was answered %d", s)
				}
			}
			if n := w.svc.Counts(); n.Outcomes[tally.Accepted] != int64(cap(answers)) || n.Outcomes[tally.Unavailable] != 0 {
				t.Errorf("counted %+v", n)
			}
			if size := len(w.logs.String()); size > 100_000 {
				t.Errorf("%d bytes were logged", size)
			}
		})
	}
}

func TestWhatItsHeadersRefuseIsAnsweredBeforeItsBodyAndClosed(t *testing.T) {
	w := newWorld(t)
	w.cfg.ReadWithin = time.Hour
	w.start()
	from := mainWeChat(t)
	foreign := from
	foreign.serial = "PUB_KEY_ID_0999"
	for name, c := range map[string]struct {
		target string
		h      http.Header
		status int
	}{
		"no headers":     {"POST /v1/notify/wechat/wx-main", http.Header{}, 401},
		"too old":        {"POST /v1/notify/wechat/wx-main", from.signed(w.clock.Now().Add(-301*time.Second), nil), 401},
		"from tomorrow":  {"POST /v1/notify/wechat/wx-main", from.signed(w.clock.Now().Add(24*time.Hour), nil), 401},
		"unknown serial": {"POST /v1/notify/wechat/wx-main", foreign.signed(w.clock.Now(), nil), 401},
		"no account":     {"POST /v1/notify/wechat/wx-nobody", from.signed(w.clock.Now(), nil), 404},
		"wrong path":     {"POST /v1/notify/wechat/wx-main/", from.signed(w.clock.Now(), nil), 404},
		"wrong method":   {"PUT /v1/notify/wechat/wx-main", from.signed(w.clock.Now(), nil), 405},
	} {
		t.Run(name, func(t *testing.T) {
			conn := w.dial("")
			begin(t, conn, c.target, c.h, 1000)
			if status, _, answer := answerOn(t, conn); status != c.status || answer != failure {
				t.Errorf("answered %d %q, want %d", status, answer, c.status)
			}
			if _, err := io.Copy(io.Discard, conn); err != nil { // it ends, though nothing more was sent
				t.Errorf("the connection stays: %v", err)
			}
		})
	}
}

func TestOneSourceDoesNotTakeTheConnectionsOfAnother(t *testing.T) {
	w := newWorld(t)
	w.cfg.MaxConnections, w.cfg.ConnectionsPerSource, w.cfg.ReadWithin = 40, 30, 20*time.Second
	w.start()
	from := mainWeChat(t)
	for range 60 {
		w.dial("127.0.0.2") // they send nothing at all
	}
	eventually(t, func() bool { n := w.svc.Counts(); return n.Connections == 30 && n.RefusedConnections == 30 })
	if s := w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, "ELSEWHERE"))); s != http.StatusOK {
		t.Errorf("from another source answered %d", s)
	}
}

func TestNoMoreConnectionsThanConfiguredAreOpenAndTheNextWaits(t *testing.T) {
	w := newWorld(t)
	w.cfg.MaxConnections, w.cfg.ConnectionsPerSource, w.cfg.ReadWithin = 5, 5, 20*time.Second
	w.start()
	from := mainWeChat(t)
	var silent []net.Conn
	for i := range 5 {
		silent = append(silent, w.dial(fmt.Sprintf("127.0.0.%d", 2+i)))
	}
	eventually(t, func() bool { return w.svc.Counts().Connections == 5 })
	answered := make(chan int, 1)
	go func() {
		answered <- w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, "WAITED")))
	}()
	select {
	case s := <-answered:
		t.Fatalf("answered %d over a sixth connection", s)
	case <-time.After(100 * time.Millisecond): // a chance to go wrong; it costs time only when all is well
	}
	must(t, silent[0].Close())
	if s := <-answered; s != http.StatusOK {
		t.Errorf("answered %d", s)
	}
	if n := w.svc.Counts().Connections; n > 5 {
		t.Errorf("%d connections are open", n)
	}
}

func TestAConnectionThatSendsNothingIsClosed(t *testing.T) {
	w := newWorld(t)
	w.cfg.ReadWithin = 50 * time.Millisecond
	w.start()
	conn := w.dial("")
	must(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Errorf("the connection stays: %v", err)
	}
	eventually(t, func() bool { return w.svc.Counts().Connections == 0 })
}

func TestRefusalsAreLoggedInSamplesAndCountedAll(t *testing.T) {
	w := startedWorld(t)
	refuse := func() {
		if s, _ := deliver(t, w.door("wx-main"), http.Header{}, []byte("{}")); s != http.StatusUnauthorized {
			t.Fatalf("answered %d", s)
		}
	}
	for range 300 {
		refuse()
	}
	lines := func() int { return strings.Count(w.logs.String(), `"reason":"missing_header"`) }
	if n := lines(); n < 1 || n > 25 { // 20, and one for every 10 s that this took
		t.Errorf("%d lines for 300 refusals", n)
	}
	if n := w.svc.Counts().Reasons["missing_header"]; n != 300 {
		t.Errorf("%d were counted", n)
	}
	before := lines()
	w.clock.forward(10 * time.Second)
	refuse()
	eventually(t, func() bool { return lines() == before+1 })
	if !strings.Contains(w.logs.String(), fmt.Sprintf(`"left_out":%d`, 300-before)) {
		t.Error("no line says how many were left out")
	}
}
