package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// record collects a log.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// secrets are values that may appear nowhere but where the contract carries them.
type secrets struct {
	mu    sync.Mutex
	kinds map[string]string
}

func (s *secrets) add(kind, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kinds == nil {
		s.kinds = map[string]string{}
	}
	if value != "" {
		s.kinds[value] = kind
	}
}

// addKeys adds the keys of a data folder: every file of it but the public halves, and each line and word of a text file.
func (s *secrets) addKeys(t testing.TB, dir string) {
	t.Helper()
	for _, file := range []string{"apiv2_key.txt", "apiv3_key.txt", "seal_keys.txt", "user_key.txt", "merchant_key.pem"} {
		text, err := os.ReadFile(filepath.Join(dir, "keys", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.Fields(string(text)) {
			if len(word) >= 32 { // the seal key's id and the words around PEM are no secrets
				s.add(file, word)
			}
		}
	}
}

// found names the kinds of secrets in text, as they are, in base64 and in hex.
func (s *secrets) found(text string, except ...string) (kinds []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for value, kind := range s.kinds {
		if strings.Contains(strings.Join(except, " "), kind) {
			continue
		}
		for _, form := range []string{value, base64.StdEncoding.EncodeToString([]byte(value)), hex.EncodeToString([]byte(value))} {
			if strings.Contains(text, form) {
				kinds = append(kinds, kind)
				break
			}
		}
	}
	return kinds
}

// carried says which secrets the contract puts into a message of that subject.
func carried(subject string) []string {
	switch {
	case strings.Contains(subject, ".kiosk.face_result."): // as the gateway published it
		return []string{"openid", "face_sid"}
	case strings.Contains(subject, ".notify.payscore_authorization."):
		return []string{"openid"}
	}
	return nil
}

// secretsStayed searches the log, every message of every stream, the dead letters and the stories of the numbers for
// secrets (invariant 8).
func (w *world) secretsStayed(t *testing.T, numbers ...string) {
	t.Helper()
	w.secrets.addKeys(t, w.options.Dir)
	if kinds := w.secrets.found(w.log.String()); len(kinds) > 0 {
		t.Errorf("the log holds %v", kinds)
	}
	excused := 0
	for _, s := range bus.Streams(bus.Profile{Replicas: 1}) {
		for _, msg := range w.messages(t, s.Name) {
			header, err := json.Marshal(msg.Headers())
			if err != nil {
				t.Fatal(err)
			}
			if kinds := w.secrets.found(msg.Subject() + string(header)); len(kinds) > 0 {
				t.Errorf("subject or headers of %s hold %v", msg.Subject(), kinds)
			}
			subject := msg.Subject()
			if s.Name == bus.DeadLetters { // holds the message as it came
				subject = msg.Headers().Get("facepay-subject")
			}
			if kinds := w.secrets.found(string(msg.Data()), carried(subject)...); len(kinds) > 0 {
				t.Errorf("the body of %s holds %v", subject, kinds)
			}
			if len(carried(subject)) > 0 {
				excused += len(w.secrets.found(string(msg.Data())))
			}
		}
	}
	if excused == 0 {
		t.Error("no secret was found where the contract carries it: the search looks for the wrong things")
	}
	for _, number := range numbers {
		w.storyIsClean(t, number)
	}
}

func (w *world) storyIsClean(t *testing.T, number string) {
	t.Helper()
	story, err := cli.Tell(w.ctx, w.bus, stack.Merchant, number)
	if err != nil {
		t.Error(err)
		return
	}
	text, err := json.Marshal(story)
	if err != nil {
		t.Fatal(err)
	}
	if kinds := w.secrets.found(string(text)); len(kinds) > 0 {
		t.Errorf("the story of %s holds %v", number, kinds)
	}
}

// messages reads a whole stream.
func (w *world) messages(t testing.TB, stream string) []jetstream.Msg {
	t.Helper()
	s, err := w.JS.Stream(w.ctx, stream)
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := w.JS.OrderedConsumer(w.ctx, stream, jetstream.OrderedConsumerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var all []jetstream.Msg
	for uint64(len(all)) < s.CachedInfo().State.Msgs {
		batch, err := consumer.FetchNoWait(1000)
		if err != nil {
			t.Fatal(err)
		}
		for msg := range batch.Messages() {
			all = append(all, msg)
		}
		if err := errors.Join(batch.Error(), w.ctx.Err()); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestTheSearchForSecretsFindsWhatIsPlanted(t *testing.T) {
	s := &secrets{}
	s.add("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
	for _, text := range []string{
		`level=INFO openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o`,
		"body " + base64.StdEncoding.EncodeToString([]byte("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")),
		"body " + hex.EncodeToString([]byte("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")),
	} {
		if len(s.found(text)) != 1 {
			t.Errorf("nothing found in %q", text)
		}
	}
	if len(s.found("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "openid")) != 0 || len(s.found("nothing")) != 0 {
		t.Error("something found where nothing is wrong")
	}
}
