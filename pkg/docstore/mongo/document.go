package mongo

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// stored is a document as it lies in the collection.
type stored struct {
	ID      string   `bson:"_id"`
	Version int64    `bson:"v"`
	Write   write    `bson:"w"`
	Fields  bson.M   `bson:"f"`
	Body    bson.Raw `bson:"b"`
}

// write names one call that wrote documents, so that a bulk replace can tell its own versions from those of others.
type write = bson.ObjectID

func newWrite() write { return bson.NewObjectID() }

func document(row docstore.Row, by write) stored {
	return stored{ID: row.ID, Version: row.Version, Write: by, Fields: row.Fields, Body: row.Body}
}

func (d stored) row() docstore.Row {
	return docstore.Row{ID: d.ID, Version: d.Version, Fields: d.Fields, Body: d.Body}
}
