package mongo

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// collection implements docstore.Raw.
type collection struct {
	schema    docstore.Schema
	documents *mongo.Collection
	turn      chan struct{} // held by the one call that repeats aborted writes
}

// InsertMany is one unordered insert.
func (c *collection) InsertMany(ctx context.Context, rows []docstore.Row) []error {
	return c.untilSettled(ctx, rows, func(rows []docstore.Row) []error { return c.insert(ctx, rows) })
}

func (c *collection) insert(ctx context.Context, rows []docstore.Row) []error {
	docs, by := make([]stored, len(rows)), newWrite()
	for i, row := range rows {
		docs[i] = document(row, by)
	}
	_, err := c.documents.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	return perDocument(ctx, err, len(rows), "insert into "+c.schema.Name)
}

// Get loads one document.
func (c *collection) Get(ctx context.Context, id string) (docstore.Row, error) {
	var doc stored
	err := c.documents.FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return docstore.Row{}, docstore.Missing(c.schema.Name)
	}
	if err != nil {
		return docstore.Row{}, outcome(ctx, err, "read "+c.schema.Name)
	}
	return doc.row(), nil
}

// MarkMany updates fields by ids. An operator without fields is left out: older servers refuse it.
func (c *collection) MarkMany(ctx context.Context, marks []docstore.Mark, ids []string) (int, error) {
	var set, unset, update bson.D
	for _, m := range marks {
		if m.Value == nil {
			unset = append(unset, bson.E{Key: path(m.Field)})
			continue
		}
		set = append(set, bson.E{Key: path(m.Field), Value: m.Value})
	}
	if set != nil {
		update = append(update, bson.E{Key: "$set", Value: set})
	}
	if unset != nil {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	result, err := c.documents.UpdateMany(ctx, within(ids), update)
	if err != nil {
		return 0, outcome(ctx, err, "mark "+c.schema.Name)
	}
	return int(result.MatchedCount), nil
}

// Marks reads one field by ids.
func (c *collection) Marks(ctx context.Context, field string, ids []string) (map[string]any, error) {
	docs, err := c.find(ctx, within(ids), options.Find().SetProjection(bson.D{{Key: path(field), Value: 1}}))
	if err != nil {
		return nil, err
	}
	marks := make(map[string]any, len(docs))
	for _, doc := range docs {
		marks[doc.ID] = doc.Fields[field]
	}
	return marks, nil
}

// Find reads the first documents of sel. The hint makes the server use the declared index.
func (c *collection) Find(ctx context.Context, sel docstore.Selection) ([]docstore.Row, error) {
	docs, err := c.find(ctx, filter(c.schema, sel), page(sel))
	if err != nil {
		return nil, err
	}
	rows := make([]docstore.Row, len(docs))
	for i, doc := range docs {
		rows[i] = doc.row()
	}
	return rows, nil
}

// Count counts documents of sel up to its limit.
func (c *collection) Count(ctx context.Context, sel docstore.Selection) (int, error) {
	bounded := options.Count().SetHint(sel.Index.Name).SetLimit(int64(sel.Limit))
	n, err := c.documents.CountDocuments(ctx, filter(c.schema, sel), bounded)
	if err != nil {
		return 0, outcome(ctx, err, "count "+c.schema.Name)
	}
	return int(n), nil
}

// DeleteMany reads a page of ids and deletes those that still match.
func (c *collection) DeleteMany(ctx context.Context, sel docstore.Selection) (int, error) {
	docs, err := c.find(ctx, filter(c.schema, sel), page(sel).SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil || len(docs) == 0 {
		return 0, err
	}
	ids := make([]string, len(docs))
	for i, doc := range docs {
		ids[i] = doc.ID
	}
	result, err := c.documents.DeleteMany(ctx, append(within(ids), filter(c.schema, sel)...))
	if err != nil {
		return 0, outcome(ctx, err, "delete from "+c.schema.Name)
	}
	return int(result.DeletedCount), nil
}

func (c *collection) find(ctx context.Context, filter bson.D, how *options.FindOptionsBuilder) ([]stored, error) {
	cursor, err := c.documents.Find(ctx, filter, how)
	if err != nil {
		return nil, outcome(ctx, err, "read "+c.schema.Name)
	}
	var docs []stored
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, outcome(ctx, err, "read "+c.schema.Name)
	}
	return docs, nil
}

// page is sort, limit and index of a selection.
func page(sel docstore.Selection) *options.FindOptionsBuilder {
	direction := ascending
	if sel.Descending {
		direction = descending
	}
	how := options.Find().SetHint(sel.Index.Name).SetLimit(int64(sel.Limit))
	if sort := order(sel.Index, sel.Rest(), direction); len(sort) > 0 {
		how.SetSort(sort)
	}
	return how
}

func within(ids []string) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
}
