package wechat

import (
	"context"
	"net/http"
	"path"
	"strings"
)

// notSimulated answers paths of WeChat that the sandbox does not have.
func (s *Server) notSimulated(context.Context, *call) (any, error) {
	return nil, &refusal{404, resourceMissing, "沙箱未模拟此接口", 0, nil}
}

// withoutRedirects keeps Go's mux from answering a path like //v3/certificates with a redirect to its clean form: no API
// does that, and a client that follows it sends a signature of another path. What WeChat answers is not published; here
// such a path is one that the sandbox does not have.
func (s *Server) withoutRedirects(next http.Handler) http.Handler {
	missing := s.v3("", s.notSimulated)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isClean(r.URL.EscapedPath()) {
			missing(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isClean(p string) bool {
	clean := path.Clean(p)
	if clean != "/" && strings.HasSuffix(p, "/") {
		clean += "/"
	}
	return p == clean
}
