package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// The generator shares the cores with what it measures, so it is as cheap as one can be: requests are written out
// beforehand, each connection is one goroutine, and of an answer only status and length are read. net/http's client would
// cost more than the server.

// answerWithin is the longest that a delivery may take (wechat-protocol.md §7.5).
const answerWithin = 5 * time.Second

// deliver sends all deliveries to address on some keep-alive connections, each connection one after the other, and gives
// the time to each answer. Every answer must be 200.
func deliver(ctx context.Context, address string, connections int, all []delivery) ([]time.Duration, error) {
	took := make([]time.Duration, len(all))
	var next atomic.Int64
	senders, ctx := errgroup.WithContext(ctx)
	for range connections {
		senders.Go(func() (err error) {
			c, err := net.Dial("tcp", address)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, c.Close()) }()
			answers := bufio.NewReader(c)
			for i := next.Add(1) - 1; i < int64(len(all)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				began := time.Now()
				if err := exchange(c, answers, all[i].request, began.Add(answerWithin)); err != nil {
					return fmt.Errorf("delivery %d: %w", i, err)
				}
				took[i] = time.Since(began)
			}
			return ctx.Err()
		})
	}
	return took, senders.Wait()
}

func exchange(c net.Conn, answers *bufio.Reader, request []byte, deadline time.Time) error {
	if err := c.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := c.Write(request); err != nil {
		return err
	}
	status, err := answers.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("answered %q", status)
	}
	body := 0
	for {
		line, err := answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			_, err := answers.Discard(body)
			return err
		}
		if length, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if body, err = strconv.Atoi(string(length)); err != nil {
				return err
			}
		}
	}
}
