// Package dsn opens a docstore by URI, so that a service names its database in one line of configuration.
package dsn

import (
	"context"
	"net/url"
	"strings"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/mongo"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Open opens the database of the service called name:
//
//	mongodb://user:password@host/database?options   and mongodb+srv://…; without a database it is called name
//	sqlite:path/to/file.db                          one file, for one process; sqlite:folder/ is folder/name.db
//
// The database in a MongoDB URI is also where the driver looks the user up, unless authSource says otherwise. A MongoDB
// is connected to in the background (Ping tells), a SQLite file is opened at once. Another scheme, an unreadable URI and
// a file that is in use are Terminal. The URI is in no error text: it may hold a password.
func Open(ctx context.Context, uri, name string) (docstore.Store, error) {
	scheme, rest, _ := strings.Cut(uri, ":")
	switch scheme {
	case "mongodb", "mongodb+srv":
		database, err := databaseIn(rest)
		if err != nil {
			return nil, err
		}
		if database == "" {
			database = name
		}
		store, err := mongo.Open(uri, database, name)
		if err != nil {
			return nil, err // not a nil *mongo.Store in an interface
		}
		return store, nil
	case "sqlite":
		if rest == "" {
			return nil, wrong("names no file")
		}
		if strings.HasSuffix(rest, "/") {
			rest += name + ".db"
		}
		store, err := sqlite.Open(ctx, rest)
		if err != nil {
			return nil, err
		}
		return store, nil
	}
	return nil, wrong("is not one of mongodb://…, mongodb+srv://… and sqlite:…")
}

// databaseIn finds the database in what follows the scheme. net/url is no help: it refuses several hosts with ports.
func databaseIn(rest string) (string, error) {
	rest, _, _ = strings.Cut(strings.TrimPrefix(rest, "//"), "?")
	rest = rest[strings.LastIndex(rest, "@")+1:]
	_, path, _ := strings.Cut(rest, "/")
	database, err := url.PathUnescape(path)
	if err != nil {
		return "", wrong("names a database that cannot be read")
	}
	return database, nil
}

func wrong(what string) error {
	return fault.New(fault.Terminal, "store_uri", "the store's URI %s", what)
}
