package mongo_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/facepay-go/facepay/pkg/docstore/mongo"
)

// server is a MongoDB that answers commands as told and remembers them: for answers that a real one gives only while it
// fails over. It speaks OP_MSG, and OP_QUERY for the first hello of a connection.
type server struct {
	t        *testing.T
	listener net.Listener
	mu       sync.Mutex
	answers  map[string]bson.D
	commands []bson.Raw
	open     []net.Conn
	ended    sync.WaitGroup
}

const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

// newServer listens until the test ends. A command without an answer of its own is answered ok.
func newServer(t *testing.T, answers map[string]bson.D) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, listener: listener, answers: answers}
	s.ended.Go(s.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		s.mu.Lock()
		for _, conn := range s.open {
			_ = conn.Close()
		}
		s.mu.Unlock()
		s.ended.Wait()
	})
	return s
}

// store opens a store on the server; options end the URI.
func (s *server) store(options string) *mongo.Store {
	s.t.Helper()
	store, err := mongo.Open("mongodb://"+s.listener.Addr().String()+"/"+options, "db", "test")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = store.Close() })
	return store
}

// got are the commands of a name so far.
func (s *server) got(name string) []bson.Raw {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.commands), func(c bson.Raw) bool { return nameOf(c) != name })
}

func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.open = append(s.open, conn)
		s.mu.Unlock()
		s.ended.Go(func() {
			for s.serve(conn) == nil {
			}
			_ = conn.Close()
		})
	}
}

// serve answers one message.
func (s *server) serve(conn net.Conn) error {
	header := make([]byte, 16) // length, request id, response to, opcode
	if _, err := io.ReadFull(conn, header); err != nil {
		return err
	}
	message := make([]byte, binary.LittleEndian.Uint32(header)-16)
	if _, err := io.ReadFull(conn, message); err != nil {
		return err
	}
	var before []byte
	answerCode := uint32(opMsg)
	switch binary.LittleEndian.Uint32(header[12:]) {
	case opMsg:
		message = message[5:] // flags, and the kind of the first section: one document
		before = make([]byte, 5)
	case opQuery:
		message = message[4+bytes.IndexByte(message[4:], 0)+1+8:] // flags, collection, skip, count
		answerCode, before = opReply, append(make([]byte, 16), 1, 0, 0, 0)
	default:
		return errors.New("no such opcode is expected")
	}
	answer, err := bson.Marshal(s.answer(bson.Raw(message[:binary.LittleEndian.Uint32(message)])))
	if err != nil {
		return err
	}
	reply := binary.LittleEndian.AppendUint32(nil, uint32(16+len(before)+len(answer)))
	reply = append(reply, 0, 0, 0, 0)
	reply = append(reply, header[4:8]...)
	reply = binary.LittleEndian.AppendUint32(reply, answerCode)
	_, err = conn.Write(append(append(reply, before...), answer...))
	return err
}

func (s *server) answer(command bson.Raw) bson.D {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands = append(s.commands, command)
	name := nameOf(command)
	if answer, told := s.answers[name]; told {
		return answer
	}
	switch name {
	case "hello", "isMaster", "ismaster":
		return bson.D{{Key: "ok", Value: 1}, {Key: "isWritablePrimary", Value: true}, {Key: "ismaster", Value: true}, {Key: "helloOk", Value: true},
			{Key: "maxBsonObjectSize", Value: 16 << 20}, {Key: "maxMessageSizeBytes", Value: 48_000_000}, {Key: "maxWriteBatchSize", Value: 100_000},
			{Key: "minWireVersion", Value: 0}, {Key: "maxWireVersion", Value: 21}}
	case "find", "aggregate":
		cursor := bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: "db.orders"}, {Key: "firstBatch", Value: bson.A{}}}
		return bson.D{{Key: "ok", Value: 1}, {Key: "cursor", Value: cursor}}
	}
	return bson.D{{Key: "ok", Value: 1}}
}

// nameOf is the first key of a command.
func nameOf(command bson.Raw) string {
	first, err := command.IndexErr(0)
	if err != nil {
		return ""
	}
	return first.Key()
}
