package fleet

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// logHolds is nil once a log holds a word.
func logHolds(path, word string) error {
	text, err := os.ReadFile(path)
	if err == nil && !bytes.Contains(text, []byte(word)) {
		err = fmt.Errorf("%s does not hold %s", path, word)
	}
	return err
}

func TestThePorchGoesRoundTheDoorsAndPastThoseThatAreAway(t *testing.T) {
	var doors []string
	var servers []*httptest.Server
	for _, name := range []string{"left", "right"} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(w, io.MultiReader(strings.NewReader(name+" "), r.Body))
		}))
		t.Cleanup(s.Close)
		servers, doors = append(servers, s), append(doors, s.Listener.Addr().String())
	}
	p, err := openPorch(doors)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.server.Close() })
	deliver := func() (int, string) {
		resp, err := http.Post(p.url+"/v1/notify", "application/json", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	seen := map[string]bool{}
	for range 4 {
		_, text := deliver()
		seen[text] = true
	}
	if !seen["left body"] || !seen["right body"] {
		t.Errorf("deliveries came to %v", seen)
	}
	servers[0].Close()
	for range 4 {
		if status, text := deliver(); status != http.StatusOK || text != "right body" {
			t.Errorf("with one door away: %d %q", status, text)
		}
	}
	servers[1].Close()
	if status, _ := deliver(); status != http.StatusBadGateway {
		t.Errorf("with no door: %d", status)
	}
}

func TestTheMoatTakesTheStoreAwayAndGivesItBack(t *testing.T) {
	store, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	go func() {
		for {
			c, err := store.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c) }()
		}
	}()
	m, uri, err := digMoat("mongodb://user:secret@" + store.Addr().String() + "/")
	if err != nil || m == nil || !strings.Contains(uri, "user:secret@"+m.listener.Addr().String()) {
		t.Fatalf("no moat: %v", err)
	}
	t.Cleanup(func() { _ = m.close() })
	echo := func() (net.Conn, error) {
		c, err := net.Dial("tcp", m.listener.Addr().String())
		if err != nil {
			return nil, err
		}
		return c, says(c)
	}
	kept, err := echo()
	if err != nil {
		t.Fatal(err)
	}
	m.Cut()
	if says(kept) == nil {
		t.Error("a connection outlives the cut")
	}
	if _, err := echo(); err == nil {
		t.Error("a new one comes through the cut")
	}
	m.Mend()
	if _, err := echo(); err != nil {
		t.Errorf("after mending: %v", err)
	}
}

// says sends a line and wants it back.
func says(c net.Conn) error {
	if _, err := fmt.Fprintln(c, "line"); err != nil {
		return err
	}
	_, err := bufio.NewReader(c).ReadString('\n')
	return err
}

func TestAStoreThatTheDriverFindsByItselfGetsNoMoat(t *testing.T) {
	for _, uri := range []string{"mongodb://a:1,b:2/", "mongodb+srv://a/", "mongodb://a:1/?replicaSet=rs0"} {
		if m, same, err := digMoat(uri); m != nil || same != uri || err != nil {
			t.Errorf("%s: %v, %s, %v", uri, m, same, err)
		}
	}
}
