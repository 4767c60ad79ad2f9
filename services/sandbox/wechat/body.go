package wechat

import (
	"errors"
	"io"
	"net/http"
)

// bodyOf reads a request's body of at most so many bytes. When it gives ok false the call is over: a larger body has been
// answered with 413, unsigned since nobody is authenticated yet (how WeChat answers is not published). A body that breaks
// off has nobody to answer: the connection is closed.
func bodyOf(w http.ResponseWriter, r *http.Request, most int64) (body []byte, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err == nil {
		return body, true
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); !large {
		panic(http.ErrAbortHandler) // net/http's way to close the connection without an answer
	}
	w.WriteHeader(http.StatusRequestEntityTooLarge)
	return nil, false
}
