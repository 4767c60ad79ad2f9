package mongo

import (
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// filter is a Selection as a MongoDB filter. Every field of the index has a condition that only present values of its
// kind meet, so documents with absent fields are never selected.
func filter(schema docstore.Schema, sel docstore.Selection) bson.D {
	var conditions bson.D
	for i, field := range sel.Index.Fields[:len(sel.Equal)] {
		conditions = append(conditions, bson.E{Key: path(field), Value: sel.Equal[i]})
	}
	for i, field := range sel.Rest() {
		conditions = append(conditions, bson.E{Key: path(field), Value: bounds(schema, sel, i)})
	}
	if sel.After != nil {
		conditions = append(conditions, behind(sel)...)
	}
	return conditions
}

// bounds is the range of the i-th field of the rest. The first one also starts at the cursor, so that a page does not
// read its predecessors again.
func bounds(schema docstore.Schema, sel docstore.Selection, i int) bson.D {
	field, _ := schema.Field(sel.Rest()[i])
	from, until := lowest(field.Kind), bson.D(nil)
	if i == 0 {
		if sel.From != nil {
			from = sel.From
		}
		if sel.Before != nil {
			until = append(until, bson.E{Key: "$lt", Value: sel.Before})
		}
		switch {
		case sel.After != nil && sel.Descending:
			until = append(until, bson.E{Key: "$lte", Value: sel.After.Values[0]})
		case sel.After != nil:
			from = sel.After.Values[0]
		}
	}
	return append(bson.D{{Key: "$gte", Value: from}}, until...)
}

func lowest(kind docstore.Kind) any {
	switch kind {
	case docstore.String:
		return ""
	case docstore.Bool:
		return false
	}
	return int64(math.MinInt64) // Int, and Time as milliseconds
}

// behind skips what earlier pages gave: (a, b, id) > (x, y, z) is a > x, or a = x and b > y, or a = x and b = y and
// id > z.
func behind(sel docstore.Selection) bson.D {
	operator := "$gt"
	if sel.Descending {
		operator = "$lt"
	}
	keys, values := make([]string, 0, len(sel.Rest())+1), append([]any(nil), sel.After.Values...)
	for _, field := range sel.Rest() {
		keys = append(keys, path(field))
	}
	if !sel.Index.Unique {
		keys, values = append(keys, "_id"), append(values, sel.After.ID)
	}
	var ways bson.A
	for i, key := range keys {
		var way bson.D
		for j := range i {
			way = append(way, bson.E{Key: keys[j], Value: values[j]})
		}
		ways = append(ways, append(way, bson.E{Key: key, Value: bson.D{{Key: operator, Value: values[i]}}}))
	}
	return bson.D{{Key: "$or", Value: ways}}
}
