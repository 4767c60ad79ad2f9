package mongo

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// ReplaceMany is one unordered bulk of replaces, each guarded by its version. A bulk answers only how many documents
// matched: when that is neither all nor none, the outcomes are read back.
func (c *collection) ReplaceMany(ctx context.Context, rows []docstore.Row) []error {
	return c.untilSettled(ctx, rows, func(rows []docstore.Row) []error { return c.replace(ctx, rows) })
}

func (c *collection) replace(ctx context.Context, rows []docstore.Row) []error {
	by := newWrite()
	models := make([]mongo.WriteModel, len(rows))
	for i, row := range rows {
		models[i] = mongo.NewReplaceOneModel().
			SetFilter(bson.D{{Key: "_id", Value: row.ID}, {Key: "v", Value: row.Version - 1}}).
			SetReplacement(document(row, by))
	}
	result, err := c.documents.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
	errs := perDocument(ctx, err, len(rows), "replace in "+c.schema.Name)
	var open []docstore.Row // those without a failure of their own
	var at []int
	for i, err := range errs {
		if err == nil {
			open, at = append(open, rows[i]), append(at, i)
		}
	}
	if len(open) == 0 || int(result.MatchedCount) == len(open) {
		return errs
	}
	for n, err := range c.judge(ctx, open, by, int(result.MatchedCount)) {
		errs[at[n]] = err
	}
	return errs
}

// judge tells which of the rows are the matched ones.
func (c *collection) judge(ctx context.Context, rows []docstore.Row, by write, matched int) []error {
	now := make(map[string]stored, len(rows))
	if matched > 0 {
		ids := make([]string, len(rows))
		for i, row := range rows {
			ids[i] = row.ID
		}
		docs, err := c.find(ctx, within(ids), options.Find().SetProjection(bson.D{{Key: "v", Value: 1}, {Key: "w", Value: 1}}))
		if err != nil {
			return repeat(err, len(rows))
		}
		for _, doc := range docs {
			now[doc.ID] = doc
		}
	}
	return verdicts(c.schema.Name, rows, now, by, matched)
}

var errOvertaken = errors.New("replaced by this call or by another, it cannot be told which")

// verdicts compares what the call wanted with what is stored now. A document that has moved on since, or is gone, may
// have been replaced by this call first: as long as all of those share one fate the number of matches tells it, else
// they get Retry (unknown).
func verdicts(collection string, rows []docstore.Row, now map[string]stored, by write, matched int) []error {
	errs := make([]error, len(rows))
	won, unsure := 0, []int(nil)
	for i, row := range rows {
		switch doc, there := now[row.ID]; {
		case !there || doc.Version > row.Version:
			unsure = append(unsure, i)
		case doc.Version == row.Version && doc.Write == by:
			won++
		default:
			errs[i] = docstore.Changed(collection)
		}
	}
	for _, i := range unsure {
		switch matched - won {
		case 0:
			errs[i] = docstore.Changed(collection)
		case len(unsure): // they all won
		default:
			errs[i] = docstore.Away(errOvertaken, "replace in "+collection)
		}
	}
	return errs
}
