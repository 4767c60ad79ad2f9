//go:build mongo

// These tests need a server: MONGODB_URI=mongodb://… go test -tags mongo ./docstore/mongo

package mongo_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/docstoretest"
	"github.com/facepay-go/facepay/pkg/docstore/mongo"
)

func uri(t *testing.T) string {
	t.Helper()
	uri := os.Getenv("MONGODB_URI")
	if uri == "" {
		t.Fatal("MONGODB_URI is not set: these tests need a server")
	}
	return uri
}

// open gives a store on a database of its own, which is dropped at the end of the test.
func open(t *testing.T) (*mongo.Store, *driver.Database) {
	t.Helper()
	name := "facepay_test_" + strings.ToLower(rand.Text()[:12])
	client, err := driver.Connect(options.Client().ApplyURI(uri(t)))
	if err != nil {
		t.Fatal(err)
	}
	store, err := mongo.Open(uri(t), name, "docstoretest")
	if err != nil {
		t.Fatal(err)
	}
	db := client.Database(name)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Drop(context.Background()); err != nil {
			t.Error(err)
		}
		if err := client.Disconnect(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return store, db
}

func TestMongoKeepsThePromisesOfDocstore(t *testing.T) {
	docstoretest.Run(t, func(t *testing.T) docstore.Store {
		store, _ := open(t)
		return store
	})
}
