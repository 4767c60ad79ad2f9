// Package mongo keeps documents in MongoDB, or in a server that speaks its protocol (FerretDB 2). It uses only insert,
// unordered insertMany, find by id, replaceOne with a version filter (in bulk), updateMany of one field by ids, find by
// a hinted index with sort and limit, a bounded count and deleteMany by ids: no transaction, change stream, upsert or
// server-side expression, so a standalone server, a replica set and a sharded cluster behave alike (a unique index on a
// sharded collection needs the shard key as its prefix, which is MongoDB's own rule).
//
// A document is {_id, v: version, w: the write that made this version, f: {extracted fields}, b: body}; times in f are
// int64 milliseconds. Every write asks for write concern majority with journal and every read for read concern majority,
// whatever the URI says: what is read decides that work was done already, so it must be there after a failover too. A
// Mongo-compatible server may accept that and mean less by it; the suite cannot tell.
package mongo

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

const (
	// operationTimeout bounds an operation whose ctx has no deadline, unless the URI sets timeoutMS.
	operationTimeout = 15 * time.Second
	// indexTimeout bounds the building of a collection's indexes, which may take long where many documents are.
	indexTimeout = time.Hour
	// closeTimeout bounds the wait for operations at work.
	closeTimeout = 10 * time.Second
)

// Store is one database of a MongoDB server. It implements docstore.Store.
type Store struct {
	client  *mongo.Client
	db      *mongo.Database
	closing sync.Once
}

// Open prepares access to a database; app is shown in the server's logs. It connects in the background: Ping tells when
// the server is there. A URI that cannot be read is Terminal (and is not quoted, it holds credentials), a mongodb+srv
// name that cannot be resolved is Retry.
func Open(uri, database, app string) (*Store, error) {
	settings := options.Client().ApplyURI(uri)
	if err := settings.Validate(); err != nil {
		if _, unresolved := errors.AsType[*net.DNSError](err); unresolved {
			return nil, fault.New(fault.Retry, "store_away", "the name in the mongodb+srv URI cannot be resolved")
		}
		return nil, badURI()
	}
	journaled := true
	settings.SetAppName(app)
	settings.SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: &journaled})
	settings.SetReadConcern(readconcern.Majority())
	settings.SetReadPreference(readpref.Primary())
	if settings.Timeout == nil {
		settings.SetTimeout(operationTimeout)
	}
	client, err := mongo.Connect(settings)
	if err != nil {
		return nil, badURI()
	}
	return &Store{client: client, db: client.Database(database)}, nil
}

func badURI() error {
	return fault.New(fault.Terminal, "store_uri", "the MongoDB URI cannot be used")
}

// Collection makes the indexes, which makes the collection: both are there before the first write.
func (s *Store) Collection(ctx context.Context, schema docstore.Schema) (docstore.Raw, error) {
	c := s.db.Collection(schema.Name)
	models := make([]mongo.IndexModel, len(schema.Indexes))
	for i, index := range schema.Indexes {
		models[i] = mongo.IndexModel{
			Keys:    order(index, index.Fields, ascending),
			Options: options.Index().SetName(index.Name).SetUnique(index.Unique),
		}
		if !index.Unique {
			models[i].Options.SetPartialFilterExpression(present(index))
		}
	}
	if len(models) > 0 {
		ctx, cancel := context.WithTimeout(ctx, indexTimeout) // a caller with less time keeps it
		defer cancel()
		if _, err := c.Indexes().CreateMany(ctx, models); err != nil {
			return nil, declared(outcome(ctx, err, "create the indexes of "+schema.Name), schema.Name)
		}
	}
	return &collection{schema: schema, documents: c, turn: make(chan struct{}, 1)}, nil
}

// declared makes a duplicate found while building a unique index what it is: stored documents that break the schema.
func declared(err error, collection string) error {
	if fault.Is(err, fault.Duplicate) {
		return docstore.Refused(collection, "stored documents share a value of a unique index")
	}
	return err
}

// Ping asks the server that takes writes.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.client.Ping(ctx, readpref.Primary()); err != nil {
		return outcome(ctx, err, "ping")
	}
	return nil
}

// Close waits a while for operations at work and disconnects.
func (s *Store) Close() (err error) {
	s.closing.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		if failed := s.client.Disconnect(ctx); failed != nil {
			err = outcome(ctx, failed, "disconnect")
		}
	})
	return err
}

const (
	ascending  = 1
	descending = -1
)

// order is the key of an index, and the sort of its queries from some field on. The id at its end makes an index
// deliver the whole order; the values of a unique index need no id.
func order(index docstore.Index, fields []string, direction int) bson.D {
	keys := make(bson.D, 0, len(fields)+1)
	for _, field := range fields {
		keys = append(keys, bson.E{Key: path(field), Value: direction})
	}
	if !index.Unique {
		keys = append(keys, bson.E{Key: "_id", Value: direction})
	}
	return keys
}

// present makes an index partial: documents with an absent field cost nothing in it. Fields of a unique index are never
// absent.
func present(index docstore.Index) bson.D {
	filter := make(bson.D, len(index.Fields))
	for i, field := range index.Fields {
		filter[i] = bson.E{Key: path(field), Value: bson.D{{Key: "$exists", Value: true}}}
	}
	return filter
}

func path(field string) string { return "f." + field }
