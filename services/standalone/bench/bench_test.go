package bench_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/standalone/bench"
)

// The figures of a quick run mean nothing and are not looked at.
func TestAQuickBenchReportsEverythingAndEveryNotificationIsStoredOnceAndPublishedOnce(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	dir := t.TempDir()
	report, err := bench.Run(ctx, bench.Options{Parts: bench.Parts(), Rounds: 1, Quick: true, Dir: dir, Progress: io.Discard})
	if err != nil { // also when a fact is not once in the stream, or a repeat was not known
		t.Fatal(err)
	}
	stored(t, filepath.Join(dir, "door", "callback-ingest.db"), report.Ingest)
	var table, text bytes.Buffer
	if err := report.Print(&table); err != nil {
		t.Fatal(err)
	}
	if err := report.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	for _, heading := range []string{"INGEST", "ORDERS", "STORED", "KERNEL"} {
		if !strings.Contains(table.String(), heading) {
			t.Errorf("the table has no %s", heading)
		}
	}
	var read map[string]any
	if err := json.Unmarshal(text.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	for _, part := range bench.Parts() {
		if read[part] == nil {
			t.Errorf("%s is missing", part)
		}
	}
	complete(t, "", read)
}

// complete holds that every series has one round with a figure above zero.
func complete(t *testing.T, path string, v any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			complete(t, path, one)
		}
	case map[string]any:
		rounds, isSeries := v["rounds"].([]any)
		if isSeries && (len(rounds) != 1 || rounds[0].(float64) <= 0) {
			t.Errorf("%s has rounds %v", path, rounds)
		}
		for name, one := range v {
			if !isSeries {
				complete(t, path+"."+name, one)
			}
		}
	}
}

// stored holds that there is one notice of every fact that was told, in the round and while warming up.
func stored(t *testing.T, path string, i *bench.Ingest) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_query_only=1")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var notices, orders int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*), count(DISTINCT f_out_order_no) FROM notices").Scan(&notices, &orders); err != nil {
		t.Fatal(err)
	}
	told := i.Deliveries - i.Repeats
	if warm := told / 10; notices != told+warm || orders != notices {
		t.Errorf("%d notices of %d orders stored, %d told and %d while warming up", notices, orders, told, warm)
	}
}
