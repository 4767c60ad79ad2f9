package mongo_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/mongo"
	"github.com/facepay-go/facepay/pkg/fault"
)

func TestAURIThatCannotBeReadIsTerminalAndNotQuoted(t *testing.T) {
	for _, uri := range []string{
		"mongodb://u:s3cret@", "mongodb://u:s3cret@h:port/db", "mongodb://u:s3c:ret@h/db", "mongodb://u:s3cret@h/db?w=%zz",
		"mongodb://u:s3cret@h/db?authMechanism=nothing", "mongodb+srv://u:s3cret@a:1/db", "http://u:s3cret@h/", "s3cret",
		"mongodb://u:s3cret@h/db?tls=s3cret", "mongodb://u:%s3cret@h/db",
	} {
		store, err := mongo.Open(uri, "db", "test")
		if !fault.Is(err, fault.Terminal) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: got %v, %v", uri, store, err)
		}
	}
}

func TestAServerThatIsAwayIsRetryWithinTheDeadline(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer nobody.Close() // accepts, and never answers
	store, err := mongo.Open("mongodb://user:s3cret@"+nobody.Addr().String(), "db", "test")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := store.Ping(ctx); !fault.Is(err, fault.Retry) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("ping: got %v", err)
	}
	schema := docstore.Schema{Name: "orders", Fields: []docstore.SchemaField{{Name: "a", Kind: docstore.Int}},
		Indexes: []docstore.Index{{Name: "by_a", Fields: []string{"a"}}}}
	if _, err := store.Collection(ctx, schema); !fault.Is(err, fault.Retry) {
		t.Errorf("collection: got %v", err)
	}
}
