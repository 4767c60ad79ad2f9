package sqlite

import (
	"fmt"
	"strings"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// selected is a Selection in SQL. INDEXED BY makes SQLite refuse a statement that cannot use the declared index.
type selected struct {
	from  string // FROM … WHERE …
	order string // ORDER BY … LIMIT ?
	args  []any  // of from, then the limit
}

func selection(schema docstore.Schema, sel docstore.Selection) selected {
	rest := columns(sel.Rest())
	where := make([]string, 0, len(sel.Index.Fields)+3)
	args := append([]any(nil), sel.Equal...)
	for _, field := range sel.Index.Fields[:len(sel.Equal)] {
		where = append(where, column(field)+" = ?")
	}
	for _, c := range rest {
		where = append(where, c+" IS NOT NULL")
	}
	if sel.From != nil {
		where, args = append(where, rest[0]+" >= ?"), append(args, sel.From)
	}
	if sel.Before != nil {
		where, args = append(where, rest[0]+" < ?"), append(args, sel.Before)
	}
	order := rest
	if !sel.Index.Unique {
		order = append(order, "id")
	}
	if sel.After != nil {
		condition, values := behind(sel, order)
		where, args = append(where, condition), append(args, values...)
	}
	return selected{
		from: fmt.Sprintf("FROM %s INDEXED BY %s WHERE %s", quote(schema.Name), quote(indexName(schema, sel.Index)),
			strings.Join(where, " AND ")),
		order: ordered(order, sel.Descending) + " LIMIT ?",
		args:  append(args, sel.Limit),
	}
}

// behind is the row comparison that skips what earlier pages gave.
func behind(sel docstore.Selection, order []string) (string, []any) {
	operator := ">"
	if sel.Descending {
		operator = "<"
	}
	values := append([]any(nil), sel.After.Values...)
	if !sel.Index.Unique {
		values = append(values, sel.After.ID)
	}
	places := strings.TrimSuffix(strings.Repeat("?, ", len(order)), ", ")
	return fmt.Sprintf("(%s) %s (%s)", strings.Join(order, ", "), operator, places), values
}

func ordered(order []string, descending bool) string {
	if len(order) == 0 { // every field of a unique index is given: one document
		return ""
	}
	direction := " ASC"
	if descending {
		direction = " DESC"
	}
	return "ORDER BY " + strings.Join(order, direction+", ") + direction
}
