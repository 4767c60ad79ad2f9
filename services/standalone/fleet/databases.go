package fleet

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// dropDatabases removes the services' databases from a store that others use too.
func (o ApartOptions) dropDatabases(ctx context.Context) (err error) {
	client, err := mongo.Connect(options.Client().ApplyURI(o.Store))
	if err != nil {
		return fmt.Errorf("dropping the databases: %w", err)
	}
	defer func() { err = errors.Join(err, client.Disconnect(ctx)) }()
	for _, name := range serviceNames {
		if err := client.Database(o.database(name)).Drop(ctx); err != nil {
			return fmt.Errorf("dropping the database of %s: %w", name, err)
		}
	}
	return nil
}
