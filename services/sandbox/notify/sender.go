package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/odd"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// answerWithin is how long a receiver may take, on the machine's clock (wechat-protocol.md §7.5).
const answerWithin = 5 * time.Second

type sender struct {
	clock  clock.Clock
	random io.Reader
	http   *http.Client
}

type envelope struct {
	ID           string   `json:"id"`
	CreateTime   string   `json:"create_time"`
	EventType    string   `json:"event_type"`
	ResourceType string   `json:"resource_type"`
	Summary      any      `json:"summary"`
	Resource     resource `json:"resource"`
}

type resource struct {
	OriginalType   string `json:"original_type"`
	Algorithm      string `json:"algorithm"`
	Ciphertext     string `json:"ciphertext"`
	AssociatedData string `json:"associated_data"`
	Nonce          string `json:"nonce"`
}

// Message is one delivery as it goes over the wire.
type Message struct {
	Header http.Header
	Body   []byte
}

// message signs one try (wechat-protocol.md §7.2), spoiled if asked. The time and the signature are those of this try.
func (s sender) message(m *account.Merchant, n *Notice, spoil plan.Kind) (Message, error) {
	body, err := s.envelope(m, n, spoil)
	if err != nil {
		return Message{}, err
	}
	headers, err := signing.AnswerHeaders{Key: m.Ring.ForCallback(n.ID), At: s.clock.Now(), Spoil: spoilOf(spoil)}.Sign(body, s.random)
	if err != nil {
		return Message{}, err
	}
	headers.Set("Content-Type", "application/json")
	if spoil == plan.Tampered {
		body = tampered(body)
	}
	return Message{headers, body}, nil
}

func spoilOf(kind plan.Kind) signing.Spoil {
	switch kind {
	case plan.ProbeUndecodable:
		return signing.ProbeUndecodable
	case plan.ProbeWrong:
		return signing.ProbeWrong
	case plan.WrongKey:
		return signing.WrongKey
	case plan.OldKey:
		return signing.OldKey
	case plan.UnknownKey:
		return signing.UnknownKey
	case plan.Stale:
		return signing.Stale
	}
	return signing.Sound
}

func (s sender) envelope(m *account.Merchant, n *Notice, spoil plan.Kind) ([]byte, error) {
	nonce, err := signing.Nonce(s.random, 12)
	if err != nil {
		return nil, err
	}
	entity := n.Entity
	if spoil.Odd() {
		if entity, err = odd.Spoil(entity, spoil); err != nil {
			return nil, err
		}
	}
	sealed, err := signing.Seal(m.APIv3Key.Reveal(), nonce, originalType(n.EventType), entity)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(envelope{ID: n.ID, CreateTime: n.CreatedAt.In(clock.Beijing).Format(time.RFC3339), EventType: n.EventType,
		ResourceType: "encrypt-resource", Summary: summaryOf(n, spoil),
		Resource: resource{OriginalType: originalType(n.EventType), Algorithm: "AEAD_AES_256_GCM", Ciphertext: sealed, AssociatedData: originalType(n.EventType), Nonce: nonce}})
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "notice_encode", "encoding a notice")
	}
	return body, nil
}

// summaryOf is the text of the event, or an object around it.
func summaryOf(n *Notice, spoil plan.Kind) any {
	text := summary(n.EventType)
	if spoil == plan.OddSummary {
		return map[string]string{"text": text}
	}
	return text
}

// send answers the receiver's HTTP status, 0 when there was none in time.
func (s sender) send(ctx context.Context, url string, message Message) int {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(message.Body))
	if err != nil {
		return 0 // the notify_url is not a URL
	}
	r.Header = message.Header.Clone()
	answer, err := s.http.Do(r)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)); err != nil {
		return 0
	}
	return answer.StatusCode
}
