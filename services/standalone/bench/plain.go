package bench

import (
	"context"
	"crypto/rsa"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	_ "modernc.org/sqlite" // the driver named "sqlite"

	"github.com/facepay-go/facepay/services/sandbox"
)

// plain is the handler that one would write first: the official SDK's notify handler, one insert in a transaction of its
// own (WAL, synchronous FULL), one publish that waits for JetStream, and 200. It stands for what the door is worth.
type plain struct {
	stops
	address string
	handler *notify.Handler
	insert  *sql.Stmt
	js      jetstream.JetStream
}

func openPlain(ctx context.Context, dir string, account sandbox.Merchant, r *run) (_ *plain, err error) {
	p := &plain{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.run(context.WithoutCancel(ctx)))
		}
	}()
	b, err := broker(ctx, filepath.Join(dir, "nats"), r, &p.stops)
	if err != nil {
		return nil, err
	}
	if p.js, err = jetstream.New(b.Conn()); err != nil {
		return nil, err
	}
	if err := p.openStore(ctx, filepath.Join(dir, "plain.db")); err != nil {
		return nil, err
	}
	p.handler, err = notify.NewRSANotifyHandler(account.APIv3Key.Reveal(),
		verifiers.NewSHA256WithRSAPubkeyVerifier(account.PublicKeyID, publicOf(account)))
	if err != nil {
		return nil, err
	}
	return p, p.listen(ctx)
}

func publicOf(account sandbox.Merchant) rsa.PublicKey { return account.PublicKeyPrivate.PublicKey }

// openStore gives the one connection that SQLite can write on: several would only wait for one another.
func (p *plain) openStore(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000")
	if err != nil {
		return err
	}
	p.add(func(context.Context) error { return db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "CREATE TABLE notices (id TEXT PRIMARY KEY, received_at INTEGER, body BLOB)"); err != nil {
		return err
	}
	p.insert, err = db.PrepareContext(ctx, "INSERT INTO notices (id, received_at, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
	return err
}

func (p *plain) listen(ctx context.Context) error {
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.address = l.Addr().String()
	mux := http.NewServeMux()
	mux.Handle("POST "+notifyPath, p)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: answerWithin}
	p.add(server.Shutdown)
	go func() { _ = server.Serve(l) }() // Shutdown ends it; another end fails the deliveries
	return nil
}

// ServeHTTP takes one notification.
func (p *plain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := p.take(r); err != nil {
		http.Error(w, `{"code":"FAIL"}`, http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (p *plain) take(r *http.Request) error {
	var order struct {
		OutOrderNo string `json:"out_order_no"`
	}
	told, err := p.handler.ParseNotifyRequest(r.Context(), r, &order)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if _, err := p.insert.ExecContext(r.Context(), told.ID, time.Now().UnixMilli(), body); err != nil {
		return err
	}
	event, err := json.Marshal(order)
	if err != nil {
		return err
	}
	_, err = p.js.PublishMsg(r.Context(), &nats.Msg{
		Subject: "facepay.notify.payscore_order.plain." + order.OutOrderNo, Data: event, Header: nats.Header{"Nats-Msg-Id": {told.ID}},
	})
	return err
}
