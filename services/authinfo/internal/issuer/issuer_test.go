package issuer

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/seal"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"

	"github.com/facepay-go/facepay/services/authinfo/internal/credential"
	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/facestub"
)

const key = "vM5kQ2xW8nR4tY7uB1cD3eF6gH9jL0pZ"

var terminal = credential.Terminal{Merchant: "acme", AppID: "wx8888888888888888", MchID: "1900000109", StoreID: "S001", StoreName: "店", DeviceID: "K1"}

func secret(text string) service.Secret { return service.NewSecret([]byte(text)) }

// nobody publishes: events wait in the documents.
type nobody struct{}

func (nobody) Publish(context.Context, event.Event) error { return fault.New(fault.Retry, "away", "") }

func newIssuer(t *testing.T, stub *facestub.Server) *Issuer {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "authinfo.db"))
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	credentials, err := document.OpenCredentials(t.Context(), aggregate.Deps{Docs: store, Events: nobody{}, Clock: clock.Real(), Log: log})
	must(t, err)
	sealer, err := seal.New([]seal.Key{seal.NewKey("k", []byte("old old old old old old old old!"))}, rand.Reader)
	must(t, err)
	weChat, err := OpenWeChat(accounts(t, stub.URL), WeChatDeps{
		HTTP: &http.Client{}, Clock: clock.Real(), Nonce: rand.Text, Timeout: 5 * time.Second, Answers: noop.Int64Counter{}, Log: log,
	})
	must(t, err)
	return New(300*time.Second, 10*time.Second, Deps{Credentials: credentials, WeChat: weChat, Sealer: sealer, Clock: clock.Real(), Log: log})
}

func accounts(t *testing.T, faceURL string) map[string]*wechatpay.Account {
	t.Helper()
	path := filepath.Join(t.TempDir(), "apiv2")
	must(t, os.WriteFile(path, []byte(key), 0o600))
	account, err := wechatpay.LoadAccount(merchant.Account{ID: "a", WeChat: &merchant.WeChatAccount{
		MchID: "1900000109", APIv2KeyFile: path, FaceURL: faceURL,
	}}, wechatpay.ToSignV2)
	must(t, err)
	return map[string]*wechatpay.Account{"a": account}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestACallerThatLeavesDoesNotTakeTheOthersAnswer(t *testing.T) {
	stub := facestub.New(t, key)
	asked, release := make(chan struct{}), make(chan struct{})
	stub.Set(func(f facestub.Fields, r *http.Request) (facestub.Fields, bool) {
		close(asked)
		<-release
		return stub.Grant(f, r)
	})
	issuer := newIssuer(t, stub)

	impatient, leave := context.WithCancel(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := issuer.Get(impatient, terminal, secret("raw"))
		first <- err
	}()
	<-asked
	go func() {
		issued, err := issuer.Get(t.Context(), terminal, secret("raw"))
		if err == nil && string(issued.Authinfo.Bytes()) != facestub.Authinfo(1) {
			err = fmt.Errorf("another credential")
		}
		second <- err
	}()
	leave()
	if err := <-first; !fault.Is(err, fault.Retry) {
		t.Errorf("the caller that left got %v", err)
	}
	close(release)
	if err := <-second; err != nil {
		t.Errorf("the caller that stayed got %v", err)
	}
	if n := len(stub.Seen()); n != 1 {
		t.Errorf("WeChat was asked %d times", n)
	}
}

func TestAFlightThatStartsLateTakesWhatTheLastOneKept(t *testing.T) {
	stub := facestub.New(t, key)
	issuer := newIssuer(t, stub)
	for range 2 { // both callers saw nothing kept; the second one's flight starts after the first one's has landed
		issued, err := issuer.fetch(t.Context(), terminal, secret("raw"))
		must(t, err)
		if issued.Given.Issue != 1 || len(stub.Seen()) != 1 {
			t.Errorf("issue %d after %d calls", issued.Given.Issue, len(stub.Seen()))
		}
	}
}

func TestAnAbsentBrokerDoesNotKeepACredentialBack(t *testing.T) {
	stub := facestub.New(t, key)
	issuer := newIssuer(t, stub)
	for range 2 {
		issued, err := issuer.Get(t.Context(), terminal, secret("raw"))
		if err != nil || string(issued.Authinfo.Bytes()) != facestub.Authinfo(1) {
			t.Errorf("got %v", err)
		}
	}
}

func TestASealedCredentialMovedToAnotherTerminalDoesNotOpen(t *testing.T) {
	stub := facestub.New(t, key)
	issuer := newIssuer(t, stub)
	_, err := issuer.Get(t.Context(), terminal, secret("raw"))
	must(t, err)
	rec, err := issuer.deps.Credentials.Documents().Get(t.Context(), terminal.ID())
	must(t, err)
	other := terminal
	other.DeviceID = "K2"
	moved := rec.Doc
	moved.ID = other.ID()
	must(t, issuer.deps.Credentials.Documents().Insert(t.Context(), &moved))
	issued, err := issuer.Get(t.Context(), other, secret("raw"))
	must(t, err)
	if string(issued.Authinfo.Bytes()) != facestub.Authinfo(2) {
		t.Error("the credential of another terminal was handed out")
	}
}

func TestEveryKnownRefusalHasARowThatNamesAnActionAndQuotesNothing(t *testing.T) {
	for code, r := range refusals {
		if r.class == fault.Unclassified || r.code == "" || r.text == "" {
			t.Errorf("%s: %+v", code, r)
		}
		if r.repeat != (r.class == fault.Retry) {
			t.Errorf("%s: repeated here is %v and class %v", code, r.repeat, r.class)
		}
		if err := meaning(fault.New(fault.Retry, code, "spoken by WeChat")); fault.CodeOf(err) != r.code || err.Error() == "" {
			t.Errorf("%s means %v", code, err)
		}
	}
	if err := meaning(nil); err != nil {
		t.Errorf("nothing means %v", err)
	}
}

// moved is a clock that stands still until it is moved.
type moved struct {
	clock.Clock
	now atomic.Int64
}

func (m *moved) Now() time.Time { return time.Unix(m.now.Load(), 0) }

// A credential lives from the moment it is asked for (wechat-protocol.md §2.2), however long the answer takes.
func TestACredentialsLifeBeginsWhenItIsAskedFor(t *testing.T) {
	stub := facestub.New(t, key)
	issuer := newIssuer(t, stub)
	now := &moved{Clock: clock.Real()}
	now.now.Store(1_780_000_000)
	issuer.deps.Clock = now
	asked := now.Now()
	stub.Set(func(f facestub.Fields, r *http.Request) (facestub.Fields, bool) {
		now.now.Add(3) // seconds that the answer takes
		return stub.GrantFor(1000)(f, r)
	})
	issued, err := issuer.Get(t.Context(), terminal, secret("raw"))
	must(t, err)
	c, _, err := issuer.deps.Credentials.ByID(t.Context(), terminal.ID())
	must(t, err)
	want := asked.Add(1000 * time.Second)
	if !issued.ExpiresAt.Equal(want) || !c.ExpiresAt.Equal(want) || !c.IssuedAt.Equal(asked) {
		t.Errorf("asked for at %v: told to end at %v; kept as of %v, to end at %v", asked, issued.ExpiresAt, c.IssuedAt, c.ExpiresAt)
	}
}
