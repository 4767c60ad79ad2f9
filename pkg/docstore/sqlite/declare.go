package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// declare makes the table, the columns and the indexes that are not there yet. What is there in another shape is
// refused (Terminal): an index that silently keeps its old fields would answer other questions.
func declare(tx *transaction, schema docstore.Schema) error {
	if _, err := tx.exec(createTable(schema)); err != nil {
		return err
	}
	for _, f := range schema.Fields {
		if err := declareColumn(tx, schema, f); err != nil {
			return err
		}
	}
	for _, index := range schema.Indexes {
		if err := declareIndex(tx, schema, index); err != nil {
			return err
		}
	}
	return nil
}

// createTable puts the body last: the columns before it are read without following its overflow pages.
func createTable(schema docstore.Schema) string {
	columns := []string{"id TEXT NOT NULL PRIMARY KEY", "version INTEGER NOT NULL"}
	for _, f := range schema.Fields {
		columns = append(columns, column(f.Name)+" "+columnType(f.Kind))
	}
	columns = append(columns, "body BLOB NOT NULL")
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (%s) STRICT", quote(schema.Name), strings.Join(columns, ", "))
}

func declareColumn(tx *transaction, schema docstore.Schema, f docstore.SchemaField) error {
	found, err := tx.strings("SELECT type FROM pragma_table_info(?) WHERE name = ?", schema.Name, columnName(f.Name))
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		_, err := tx.exec(fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", quote(schema.Name), column(f.Name), columnType(f.Kind)))
		return err
	case found[0] != columnType(f.Kind):
		return docstore.Refused(schema.Name, "field %s is stored as %s", f.Name, found[0])
	}
	return nil
}

func declareIndex(tx *transaction, schema docstore.Schema, index docstore.Index) error {
	definition := createIndex(schema, index)
	found, err := tx.strings("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?", indexName(schema, index))
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		_, err := tx.exec(definition)
		return err
	case found[0] != definition: // SQLite keeps the text as given
		return docstore.Refused(schema.Name, "index %s exists with other fields", index.Name)
	}
	return nil
}

// createIndex makes a partial index: documents with an absent field cost nothing in it. The id at its end makes it
// deliver the whole order of a query; the values of a unique index need no id.
func createIndex(schema docstore.Schema, index docstore.Index) string {
	unique, columns, present := "", columns(index.Fields), make([]string, len(index.Fields))
	for i, c := range columns {
		present[i] = c + " IS NOT NULL"
	}
	if index.Unique {
		unique = "UNIQUE "
	} else {
		columns = append(columns, "id")
	}
	return fmt.Sprintf("CREATE %sINDEX %s ON %s (%s) WHERE %s", unique, quote(indexName(schema, index)), quote(schema.Name),
		strings.Join(columns, ", "), strings.Join(present, " AND "))
}

// Names of the schema are lower snake case, so quoting is enough and prefixes cannot collide: an index is named
// collection.index, since all indexes of a file share one name space.
func quote(name string) string       { return `"` + name + `"` }
func columnName(field string) string { return "f_" + field }
func column(field string) string     { return quote(columnName(field)) }
func indexName(schema docstore.Schema, index docstore.Index) string {
	return schema.Name + "." + index.Name
}

func columns(fields []string) []string {
	quoted := make([]string, len(fields))
	for i, field := range fields {
		quoted[i] = column(field)
	}
	return slices.Clip(quoted)
}

func columnType(kind docstore.Kind) string {
	if kind == docstore.String {
		return "TEXT"
	}
	return "INTEGER" // Int, Time as milliseconds, Bool as 0 and 1
}
