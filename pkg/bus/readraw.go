package bus

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/fault"
)

// rawRequest names one stored message: that with the sequence or, with Next, the first from there on under a filter.
type rawRequest struct {
	Seq  uint64 `json:"seq,omitempty"`
	Next string `json:"next_by_subj,omitempty"`
}

type rawAnswer struct {
	Error   *jetstream.APIError `json:"error"`
	Message struct {
		Subject string    `json:"subject"`
		Seq     uint64    `json:"seq"`
		Header  []byte    `json:"hdrs"`
		Data    []byte    `json:"data"`
		Time    time.Time `json:"time"`
	} `json:"message"`
}

// get reads one stored message wrapped in an answer of the broker, so that no header of it can be taken for one. A
// header that cannot be parsed is left out: the message is still there to be seen. Errors are Retry.
func (b *Bus) get(ctx context.Context, stream string, r rawRequest) (s Stored, found bool, err error) {
	request, err := json.Marshal(r)
	if err != nil {
		return s, false, fault.Wrap(err, fault.Terminal, "request_unwritable", "reading "+stream)
	}
	ctx, cancel := context.WithTimeout(ctx, publishWait)
	defer cancel()
	reply, err := b.nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+stream, request)
	if err != nil {
		return s, false, fault.Wrap(err, fault.Retry, "stream_unreadable", "reading "+stream)
	}
	var a rawAnswer
	if err := json.Unmarshal(reply.Data, &a); err != nil {
		return s, false, fault.Wrap(err, fault.Retry, "stream_unreadable", "reading "+stream)
	}
	if a.Error != nil && a.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound {
		return s, false, nil
	}
	if a.Error != nil {
		return s, false, fault.Wrap(a.Error, fault.Retry, "stream_unreadable", "reading "+stream)
	}
	m := a.Message
	s = Stored{Stream: stream, Seq: m.Seq, At: m.Time.UTC(), Subject: m.Subject, Data: m.Data}
	if h, err := nats.DecodeHeadersMsg(m.Header); err == nil {
		s.Header = h
	}
	return s, true, nil
}
