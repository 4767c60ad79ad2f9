package door_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

// mostRead is what the door may read of a request: its largest body (architecture.md §8), and one byte to know better.
const mostRead = 1<<20 + 1

// FuzzWhateverArrivesIsRefusedUnlessSigned sends any bytes as an HTTP request, and as much as they like behind it: only
// what WeChat signed is answered 200 and stored, nothing panics, and no more is read than the door takes.
func FuzzWhateverArrivesIsRefusedUnlessSigned(f *testing.F) {
	stored := 0
	handler := entrance(f, &stored)
	body, err := os.ReadFile(testdata + "golden_body.json")
	must(f, err)
	text, err := os.ReadFile(testdata + "golden_headers.json")
	must(f, err)
	var signed map[string]string
	must(f, json.Unmarshal(text, &signed))

	request := func(line, more string, body []byte) []byte {
		var b bytes.Buffer
		fmt.Fprintf(&b, "%s HTTP/1.1\r\nHost: pay.example.com\r\n%s", line, more)
		for name, value := range signed {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
		fmt.Fprintf(&b, "\r\n%s", body)
		return b.Bytes()
	}
	const post = "POST /v1/notify/wechat/wx-main"
	length := fmt.Sprintf("Content-Length: %d\r\n", len(body))
	chunked := fmt.Appendf(nil, "%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	f.Add(request(post, length, body), uint32(0))
	f.Add(request(post, "Transfer-Encoding: chunked\r\n", chunked), uint32(0))
	f.Add(request(post, "Content-Encoding: gzip\r\n"+length, body), uint32(0))
	f.Add(request(post, "Wechatpay-Signature: x\r\n"+length, body), uint32(0)) // two signatures
	f.Add(request(post, "Content-Length: 9999999\r\n", body), uint32(2<<20))
	f.Add(request(post, "Transfer-Encoding: chunked\r\n", []byte("7fffffff\r\n")), uint32(3<<20))
	f.Add(request(post+"/", length, body), uint32(0))
	f.Add(request("POST /v1/notify/wechat/../wechat/wx-main", length, body), uint32(0))
	f.Add(request("POST /v1/notify/wechat/wx%2Dmain", length, body), uint32(0))
	f.Add(request("GET /v1/notify/wechat/wx-main", length, body), uint32(0))
	f.Add([]byte("POST /v1/notify/wechat/wx-main HTTP/1.0\r\n\r\n"), uint32(0))
	f.Fuzz(func(t *testing.T, raw []byte, more uint32) {
		tail := io.LimitReader(zeros{}, int64(more%(4<<20)))
		r, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(raw), tail)))
		if err != nil {
			return // net/http answers it, not the door
		}
		sent := &watched{ReadCloser: r.Body}
		r.Body = sent
		answer, before := httptest.NewRecorder(), stored
		handler.ServeHTTP(answer, r)
		genuine := bytes.Equal(sent.first, body)
		for _, name := range []string{"Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial"} {
			genuine = genuine && r.Header.Get(name) == signed[name]
		}
		switch {
		case answer.Code/100 == 2 && !genuine:
			t.Fatal("what nobody signed was accepted")
		case stored != before && !genuine:
			t.Fatal("what nobody signed was stored")
		case answer.Code >= http.StatusInternalServerError:
			t.Fatalf("answered %d", answer.Code)
		case sent.read > mostRead:
			t.Fatalf("%d bytes were read", sent.read)
		}
	})
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// watched is a body that knows what was read of it.
type watched struct {
	io.ReadCloser
	read int64
	// first is the beginning, more than the genuine body.
	first []byte
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.read += int64(n)
	if len(w.first) < 64<<10 {
		w.first = append(w.first, p[:n]...)
	}
	return n, err
}
