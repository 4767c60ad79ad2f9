package wechat

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"

	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

const billFilePath = "/v3/billdownload/file"

// badRequestPage is what is behind an expired URL or a doubled Authorization header: nginx, not WeChat Pay (§8.3).
const badRequestPage = "<html>\r\n<head><title>400 Bad Request</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

// billFile is GET /v3/billdownload/file (wechat-protocol.md §8.3): a signed request whose answer is not signed.
func (s *Server) billFile(w http.ResponseWriter, r *http.Request) {
	body, ok := bodyOf(w, r, 1<<20)
	if !ok {
		return
	}
	c := &call{Request: r, body: body, now: s.Clock.Now(), subject: plan.Subject{Operation: plan.BillDownload}}
	if len(r.Header.Values("Authorization")) > 1 {
		s.sendUnsigned(w, c, reply{status: http.StatusBadRequest, body: []byte(badRequestPage), html: true})
		return
	}
	refused := missingHeader(r)
	if refused != nil {
		s.sendUnsigned(w, c, replyTo(nil, refused))
		return
	}
	merchant, refused := authenticate(r, body, s.Merchants, c.now)
	if refused != nil {
		s.sendUnsigned(w, c, replyTo(nil, refused))
		return
	}
	c.merchant, c.subject.MchID = merchant, merchant.MchID
	c.rule = s.Faults.Take(c.subject)
	if rep, instead := s.before(c); instead {
		s.sendUnsigned(w, c, rep)
		return
	}
	s.keepBack(c)
	st := s.statements.get(r.URL.Query().Get("token"), merchant, c.now)
	if st == nil || c.rule.Kind == plan.TokenExpired {
		s.sendUnsigned(w, c, reply{status: http.StatusBadRequest, body: []byte(badRequestPage), html: true})
		return
	}
	s.sendBill(w, c, st)
}

// sendUnsigned sends an answer without WeChat's signature; JSON comes as text/plain (§8.3).
func (s *Server) sendUnsigned(w http.ResponseWriter, c *call, rep reply) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if rep.html {
		w.Header().Set("Content-Type", "text/html")
	}
	s.note(c, rep.status, rep.code, "")
	w.WriteHeader(rep.status)
	if _, err := w.Write(rep.body); err != nil {
		return // the caller has gone
	}
}

// sendBill streams the file, compressed if that was asked for. A gzip file is raw: it has no Content-Encoding.
func (s *Server) sendBill(w http.ResponseWriter, c *call, st *statement) {
	w.Header().Set("Content-Type", "application/octet-stream")
	var to io.Writer = w
	if st.spoil.Kind == plan.CutFile {
		to = &cutter{to: w}
	}
	s.note(c, http.StatusOK, "", "")
	if err := writeBill(c.Context(), st, to); err != nil {
		s.Log.ErrorContext(c.Context(), "a bill was not sent to its end", "error", err)
		panic(http.ErrAbortHandler) // a file that ends early must not look whole
	}
}

func writeBill(ctx context.Context, st *statement, to io.Writer) error {
	if !st.gzip {
		_, err := st.write(ctx, st, to)
		return err
	}
	compressed := gzip.NewWriter(to)
	if _, err := st.write(ctx, st, compressed); err != nil {
		return err
	}
	return compressed.Close()
}
