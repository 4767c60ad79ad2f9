package embedded

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func start(t *testing.T, dir, address string) (*Server, jetstream.JetStream) {
	t.Helper()
	s, err := Start(dir, address)
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return s, js
}

func TestStreamsSurviveARestartOnTheSameDirAndPort(t *testing.T) {
	dir := t.TempDir()
	s, js := start(t, dir, "127.0.0.1:0")
	if _, err := js.CreateStream(context.Background(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s.>"}}); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if _, err := js.Publish(context.Background(), "s."+strconv.Itoa(i), nil); err != nil {
			t.Fatal(err)
		}
	}
	address := strings.TrimPrefix(s.URL(), "nats://")
	s.Stop()
	again, js := start(t, dir, address)
	defer again.Stop()
	if again.URL() != s.URL() {
		t.Errorf("the server moved from %s to %s", s.URL(), again.URL())
	}
	stream, err := js.Stream(context.Background(), "S")
	if err != nil {
		t.Fatal(err)
	}
	if n := stream.CachedInfo().State.Msgs; n != 10 {
		t.Errorf("%d of 10 messages survived", n)
	}
}

func TestTheEmbeddedServerRunsOnTheProductionFile(t *testing.T) {
	s, _ := start(t, t.TempDir(), "127.0.0.1:0")
	defer s.Stop()
	cfg := s.ns.JetStreamConfig()
	if !cfg.SyncAlways {
		t.Error("an acknowledged message may not be on disk: sync_interval is not always")
	}
	if s.ns.MonitorAddr() != nil {
		t.Error("the monitoring port is open")
	}
}

func TestAnAddressThatIsNoneIsRefusedAtOnce(t *testing.T) {
	begin := time.Now()
	for _, address := range []string{"", "127.0.0.1", "127.0.0.1:port"} {
		if s, err := Start(t.TempDir(), address); err == nil {
			s.Stop()
			t.Errorf("%q was taken", address)
		}
	}
	if time.Since(begin) > 5*time.Second {
		t.Error("refusing took long")
	}
}

func TestAPortInUseIsAnErrorAtOnce(t *testing.T) {
	first, _ := start(t, t.TempDir(), "127.0.0.1:0")
	defer first.Stop()
	begin := time.Now()
	second, err := Start(t.TempDir(), strings.TrimPrefix(first.URL(), "nats://"))
	if err == nil {
		second.Stop()
		t.Fatal("two servers on one port")
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v to say so: %v", took, err)
	}
}
