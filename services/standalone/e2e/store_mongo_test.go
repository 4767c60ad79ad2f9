//go:build mongo

package e2e

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// stores gives each service of one world a database of its own on the server at MONGODB_URI, dropped afterwards. Without
// a server the stories fail: a store that was not tried is not tested.
func stores(t testing.TB) func(string) string {
	t.Helper()
	server := strings.TrimRight(mongoServer(t), "/")
	run := strings.ToLower(rand.Text()[:10])
	name := func(service string) string { return "e2e_" + run + "_" + service }
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		client, err := mongo.Connect(options.Client().ApplyURI(server))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = client.Disconnect(ctx) }()
		for _, service := range []string{"sandbox", "order-lifecycle", "authinfo", "callback-ingest"} {
			if err := client.Database(name(service)).Drop(ctx); err != nil {
				t.Errorf("dropping the database of %s: %v", service, err)
			}
		}
	})
	return func(service string) string { return server + "/" + name(service) }
}

// mongoServer is the server at MONGODB_URI.
func mongoServer(t testing.TB) string {
	t.Helper()
	server := os.Getenv("MONGODB_URI")
	if server == "" {
		t.Fatal("MONGODB_URI is not set; run make test-mongo")
	}
	return server
}
